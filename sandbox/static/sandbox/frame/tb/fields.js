// field.*: one small function a component, (props, value, write, context) -> element or {element, update(value), complaint()}. `value` is
// what the data holds now; `write(value)` changes it, undefined takes the answer back; `update` shows a value that somebody else wrote;
// `complaint` says what only the control knows, as a sentence, or null. `context`: {name, draw(spec, state), spec, state, place, task,
// setKey(value), toggleKey(value)}.
import { annotationField } from "./annotation/field.js";
import { CHOICES } from "./choices.js";
import { make, text } from "./elements.js";
import { audioField, fileField, mediaField } from "./files.js";
import { listField } from "./list.js";

function typed(type, props, value, write, convert = (words) => words) {
  const control = make("input", { type, placeholder: text(props.placeholder), disabled: props.disabled === true });
  const update = (now) => {
    control.value = text(now);
  };
  update(value);
  control.addEventListener("input", () => write(control.value === "" ? undefined : convert(control.value)));
  const complaint = () => (control.validity.valid ? null : control.validationMessage);
  return { element: control, update, complaint };
}

function textarea(props, value, write) {
  const control = make("textarea", {
    rows: Number(props.rows) > 0 ? Number(props.rows) : 4,
    placeholder: text(props.placeholder),
    disabled: props.disabled === true,
  });
  if (props.resizable === false) control.style.resize = "none";
  const update = (now) => {
    control.value = text(now);
  };
  update(value);
  control.addEventListener("input", () => write(control.value === "" ? undefined : control.value));
  return { element: control, update };
}

function number(props, value, write) {
  const made = typed("number", props, value, write, Number);
  if (props.minimum !== undefined) made.element.min = text(props.minimum);
  if (props.maximum !== undefined) made.element.max = text(props.maximum);
  made.element.step = "any";
  return made;
}

// Half a number or date reads as "" in a control: the complaint keeps such an answer from being sent as none.
function date(props, value, write) {
  const withTime = props.format === true;
  const made = typed(withTime ? "datetime-local" : "date", props, withTime ? text(value).slice(0, 16) : text(value).slice(0, 10), write);
  const cut = (limit) => text(limit).slice(0, withTime ? 16 : 10);
  if (props.min) made.element.min = cut(props.min);
  if (props.max) made.element.max = cut(props.max);
  const blocked = (Array.isArray(props.blockList) ? props.blockList : []).map((day) => text(day).slice(0, 10));
  const { complaint } = made;
  return {
    ...made,
    update: (now) => {
      made.element.value = cut(now);
    },
    complaint: () => complaint() ?? (blocked.includes(made.element.value.slice(0, 10)) ? "This day cannot be chosen." : null),
  };
}

function phone(props, value, write) {
  const made = typed("tel", props, value, write);
  made.element.pattern = "\\+?[0-9\\(\\)\\-\\s]{5,20}";
  made.element.title = "A phone number with its country code, e.g. +44 20 7946 0000";
  const wrong = () => made.element.validity.patternMismatch;
  return { ...made, complaint: () => (wrong() ? `Write ${made.element.title.toLowerCase()}.` : null) };
}

export const FIELDS = {
  ...CHOICES,
  "field.text": (props, value, write) => typed("text", props, value, write),
  "field.textarea": textarea,
  "field.number": number,
  "field.email": (props, value, write) => typed("email", props, value, write),
  "field.phone-number": phone,
  "field.date": date,
  "field.file": fileField,
  "field.media-file": mediaField,
  "field.audio": audioField,
  "field.list": listField,
  "field.image-annotation": annotationField,
};
