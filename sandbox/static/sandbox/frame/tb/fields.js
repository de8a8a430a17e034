// field.*: one small function a component, (props, value, write, name) -> element with its controls. `value` is what the output holds now;
// `write(value)` changes it, undefined takes the answer back.
import { make } from "./views.js";

function input(type, props, value, write, convert = (text) => text) {
  const control = make("input", { type, value: value ?? "", placeholder: props.placeholder ?? "", disabled: props.disabled === true });
  control.addEventListener("input", () => write(control.value === "" ? undefined : convert(control.value)));
  return control;
}

function textarea(props, value, write) {
  const control = make("textarea", {
    value: value ?? "",
    rows: props.rows ?? 4,
    placeholder: props.placeholder ?? "",
    disabled: props.disabled === true,
  });
  control.addEventListener("input", () => write(control.value === "" ? undefined : control.value));
  return control;
}

function option(kind, name, label, checked, disabled, onChange) {
  const control = make("input", { type: kind, name, checked, disabled });
  control.addEventListener("change", () => onChange(control.checked));
  return make("label", { className: "choice" }, control, make("span", {}, label));
}

const text = (label) => (typeof label === "object" ? JSON.stringify(label) : String(label ?? ""));

function radios(props, value, write, name) {
  return make(
    "div",
    { className: "tb-options", role: "radiogroup" },
    (props.options ?? []).map((one) =>
      option(
        "radio",
        name,
        text(one.label ?? one.value),
        JSON.stringify(one.value) === JSON.stringify(value),
        props.disabled === true,
        (checked) => {
          if (checked) write(one.value);
        },
      ),
    ),
  );
}

function checkboxes(props, value, write, name) {
  const chosen = { ...(value ?? {}) };
  return make(
    "div",
    { className: "tb-options", role: "group" },
    (props.options ?? []).map((one) =>
      option(
        "checkbox",
        `${name}.${one.value}`,
        text(one.label ?? one.value),
        chosen[one.value] === true,
        props.disabled === true,
        (checked) => {
          chosen[one.value] = checked;
          write({ ...chosen });
        },
      ),
    ),
  );
}

function select(props, value, write) {
  const options = props.options ?? [];
  const control = make(
    "select",
    { disabled: props.disabled === true },
    make("option", { value: "" }, props.placeholder ?? "Choose…"),
    options.map((one, index) =>
      make("option", { value: String(index), selected: JSON.stringify(one.value) === JSON.stringify(value) }, text(one.label ?? one.value)),
    ),
  );
  control.addEventListener("change", () => write(control.value === "" ? undefined : options[Number(control.value)].value));
  return control;
}

export const FIELDS = {
  "field.text": (props, value, write) => input("text", props, value, write),
  "field.textarea": textarea,
  "field.number": (props, value, write) => {
    const control = input("number", props, value, write, Number);
    if (props.minimum !== undefined) control.min = props.minimum;
    if (props.maximum !== undefined) control.max = props.maximum;
    control.step = "any";
    return control;
  },
  "field.email": (props, value, write) => input("email", props, value, write),
  "field.phone-number": (props, value, write) => input("tel", props, value, write),
  "field.date": (props, value, write) => input(props.format ? "datetime-local" : "date", props, value, write),
  "field.checkbox": (props, value, write, name) =>
    option("checkbox", name, props.label ?? "", value === true, props.disabled === true, write),
  "field.checkbox-group": checkboxes,
  "field.radio-group": radios,
  "field.button-radio-group": radios,
  "field.select": select,
};

/** What only the browser's control knows, as a sentence, or null: a number out of its limits, half an address. */
export function controlComplaint(element) {
  const control = element.querySelector("input");
  return control && !control.validity.valid ? control.validationMessage : null;
}
