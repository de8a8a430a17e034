/** The brush's own bar over the image, while masks are painted. */
import { html, live, nothing } from "lit";
import { FORMS, LARGEST, SMALLEST, WAYS } from "@/editor/brush.js";
import { icon } from "@/editor/panels/icon.js";

export function brushBar(app) {
  if (app.state.tool !== "mask") return nothing;
  const { way, size, form } = app.brush.settings;
  const polygon = WAYS.find((entry) => entry.way === way)?.polygon;
  const then = (work) => () => { work(); app.focusCanvas(); };
  const one = (on, title, sign, work, name = nothing) => html`<button class="ed-brush-button" role="radio" aria-checked=${String(on)} aria-label=${title}
    title=${title} @click=${then(work)}>${icon(sign)}${name}</button>`;
  return html`<div class="ed-brush" role="toolbar" aria-label="Brush">
    <span class="ed-brush-group" role="radiogroup" aria-label="What the pointer does">
      ${WAYS.map((entry) => one(entry.way === way, `${entry.name} (${entry.key})`, entry.icon, () => app.commands.useWay(entry.way), html`<span>${entry.name}</span>`))}</span>
    <span class="ed-brush-group" role="radiogroup" aria-label="Brush's form">
      ${FORMS.map((entry) => one(entry.form === form, entry.name, entry.icon, () => app.commands.setBrush({ form: entry.form })))}</span>
    <label class="ed-brush-size"><span class="visually-hidden">Brush's size in pixels</span>
      <input type="range" class="form-range" min=${SMALLEST} max=${LARGEST} ?disabled=${polygon} .value=${live(String(size))} title="Size ([ and ], or Shift and the wheel)"
        aria-valuetext=${`${size} pixels`} @input=${(event) => app.commands.setBrush({ size: Number(event.target.value) })} @change=${() => app.focusCanvas()}>
      <output>${size} px</output></label>
    <button class="btn btn-sm btn-primary" title="Finish this mask (N or Enter)" @click=${then(() => app.commands.finishMask())}>Done</button>
  </div>`;
}
