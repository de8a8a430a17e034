/** Fields for the attributes of an object's label. */
import { html, live, nothing } from "lit";
import { problemWithValue } from "@/editor/labels.js";

/** More answers than this are a list to choose from, also where the label asks for radio buttons. */
const MOST_BUTTONS = 4;

export function attributes(app, object, label) {
  if (!label?.attributes.length) return nothing;
  return html`<div class="ed-attributes">${label.attributes.map((spec) => field(app, object, spec))}</div>`;
}

function field(app, object, spec) {
  const value = object.attributes.find((entry) => entry.spec_id === spec.id)?.value ?? spec.default_value ?? "";
  const set = (text) => app.commands.setAttribute(object.client_id, spec.id, text);
  const given = { spec, value: String(value), off: !app.editable || app.state.locked.has(object.client_id), set };
  if (spec.input_type === "checkbox") return tick(given);
  if (spec.input_type === "radio" && spec.values.length <= MOST_BUTTONS) return buttons(given, object.client_id);
  if (spec.input_type === "select" || spec.input_type === "radio") return choice(given);
  return written(app, given);
}

const tick = ({ spec, value, off, set }) => html`<label class="form-check">
  <input class="form-check-input" type="checkbox" ?disabled=${off} .checked=${live(value === "true")}
    @change=${(event) => set(String(event.target.checked))}><span class="form-check-label">${spec.name}</span></label>`;

const buttons = ({ spec, value, off, set }, id) => html`<fieldset class="ed-radio" ?disabled=${off}><legend>${spec.name}</legend>
  ${spec.values.map((text) => html`<label class="form-check form-check-inline">
    <input class="form-check-input" type="radio" name=${`${spec.id}-${id}`} .checked=${live(text === value)} @change=${() => set(text)}>
    <span class="form-check-label">${text}</span></label>`)}</fieldset>`;

const choice = ({ spec, value, off, set }) => html`<label class="ed-field"><span>${spec.name}</span>
  <select class="form-select form-select-sm" ?disabled=${off} @change=${(event) => set(event.target.value)}>
    ${spec.values.map((text) => html`<option value=${text} .selected=${text === value}>${text}</option>`)}</select></label>`;

function written(app, { spec, value, off, set }) {
  const number = spec.input_type === "number";
  const [low, high, step] = number ? spec.values : [];
  const write = (event) => {
    const problem = problemWithValue(spec, event.target.value);
    event.target.setCustomValidity(problem ?? "");
    if (problem) app.notice(problem, "warning");
    else set(event.target.value);
  };
  return html`<label class="ed-field"><span>${spec.name}</span>
    <input class="form-control form-control-sm" type=${number ? "number" : "text"} ?disabled=${off} min=${low ?? nothing} max=${high ?? nothing}
      step=${step ?? nothing} .value=${live(value)} @change=${write}></label>`;
}
