// Fields in which one picks: radio buttons, buttons, boxes, lists. Same contract as fields.js.
import { keyBadge, make, text } from "./elements.js";

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const options = (props) => (Array.isArray(props.options) ? props.options.filter(Boolean) : []);
const labelOf = (one) => text(one.label ?? one.value);
const hintOf = (one) => (one.hint ? make("span", { className: "tb-hint" }, text(one.hint)) : null);

function choice(kind, name, one, { checked, disabled, key }, onChange) {
  const control = make("input", { type: kind, name, checked, disabled });
  control.addEventListener("change", () => onChange(control.checked));
  return make("label", { className: "choice" }, control, make("span", {}, labelOf(one), hintOf(one)), keyBadge(key));
}

const inputs = (element) => [...element.querySelectorAll("input, button")];

function radioGroup(props, value, write, context) {
  const found = options(props);
  const element = make("div", { className: "tb-options", role: "radiogroup" });
  element.append(
    ...found.map((one) =>
      choice(
        "radio",
        context.name,
        one,
        { checked: same(one.value, value), disabled: props.disabled === true, key: context.setKey(one.value) },
        (checked) => {
          if (checked) write(one.value);
        },
      ),
    ),
  );
  const update = (now) =>
    inputs(element).forEach((control, index) => {
      control.checked = same(found[index].value, now);
    });
  return { element, update };
}

function pressButton(one, chosen, disabled, key, onPress, role) {
  const button = make("button", { type: "button", className: "tb-toggle", disabled, role }, labelOf(one), keyBadge(key));
  const show = (now) => button.setAttribute(role === "radio" ? "aria-checked" : "aria-pressed", String(now));
  show(chosen);
  button.addEventListener("click", onPress);
  return { button, show };
}

function buttonRadioGroup(props, value, write, context) {
  const found = options(props);
  const buttons = found.map((one) => {
    const key = context.setKey(one.value);
    return pressButton(
      one,
      same(one.value, value),
      props.disabled === true,
      key,
      () => {
        write(one.value);
        update(one.value);
      },
      "radio",
    );
  });
  const update = (now) => buttons.forEach(({ show }, index) => show(same(found[index].value, now)));
  return {
    element: make(
      "div",
      { className: "tb-toggles", role: "radiogroup" },
      buttons.map(({ button }) => button),
    ),
    update,
  };
}

function buttonRadio(props, value, write, context) {
  const key = context.setKey(props.valueToSet);
  const made = pressButton({ label: props.label ?? props.valueToSet }, same(props.valueToSet, value), props.disabled === true, key, () => {
    write(props.valueToSet);
    made.show(true);
  });
  return { element: make("div", { className: "tb-toggles" }, made.button), update: (now) => made.show(same(props.valueToSet, now)) };
}

// Like the platform: an unticked box leaves no value behind, unless preserveFalse asks for one.
const answer = (checked, props) => (checked || props.preserveFalse === true ? checked : undefined);

function checkbox(props, value, write, context) {
  const state = { checked: value === true, disabled: props.disabled === true, key: context.toggleKey() };
  const element = choice("checkbox", context.name, { label: props.label ?? "" }, state, (checked) => write(answer(checked, props)));
  const update = (now) => {
    element.querySelector("input").checked = now === true;
  };
  return { element, update };
}

function checkboxGroup(props, value, write, context) {
  const found = options(props);
  const chosen = { ...(value && typeof value === "object" ? value : {}) };
  const tick = (one, checked) => {
    const now = answer(checked, props);
    if (now === undefined) delete chosen[one.value];
    else chosen[one.value] = now;
    write(Object.keys(chosen).length ? { ...chosen } : undefined);
  };
  const element = make(
    "div",
    { className: "tb-options", role: "group" },
    found.map((one) => {
      const state = { checked: chosen[one.value] === true, disabled: props.disabled === true, key: context.toggleKey(one.value) };
      return choice("checkbox", `${context.name}.${one.value}`, one, state, (checked) => tick(one, checked));
    }),
  );
  const update = (now) => {
    Object.keys(chosen).forEach((key) => delete chosen[key]);
    Object.assign(chosen, now ?? {});
    inputs(element).forEach((control, index) => {
      control.checked = chosen[found[index].value] === true;
    });
  };
  return { element, update };
}

function select(props, value, write) {
  const found = options(props);
  const control = make(
    "select",
    { disabled: props.disabled === true },
    make("option", { value: "" }, text(props.placeholder ?? "Choose…")),
    found.map((one, index) => make("option", { value: String(index) }, labelOf(one))),
  );
  const update = (now) => {
    const index = found.findIndex((one) => same(one.value, now));
    control.value = index < 0 ? "" : String(index);
  };
  update(value);
  control.addEventListener("change", () => write(control.value === "" ? undefined : found[Number(control.value)].value));
  return { element: control, update };
}

export const CHOICES = {
  "field.radio-group": radioGroup,
  "field.button-radio-group": buttonRadioGroup,
  "field.button-radio": buttonRadio,
  "field.checkbox": checkbox,
  "field.tumbler": checkbox,
  "field.checkbox-group": checkboxGroup,
  "field.select": select,
};
