// field.list: the same component for every item of an array; data.relative within it starts at the item.
import { make, text } from "./elements.js";

export function listField(props, value, write, { draw, spec, state, place }) {
  const element = make("div", { className: `tb-list ${props.direction === "horizontal" ? "horizontal" : "vertical"}` });
  let count = -1;
  const limit = props.maxLength === undefined ? Infinity : Number(props.maxLength);
  const editable = props.editable !== false;

  const row = (items, index) => {
    const inner = {
      ...state,
      scoped: true,
      local: { ...state.local, item: items[index], index },
      base: { scope: place.scope, path: `${place.path}.${index}` },
    };
    const remove = make("button", { type: "button", className: "tb-button small" }, "Remove");
    remove.setAttribute("aria-label", `Remove item ${index + 1}`);
    remove.addEventListener("click", () => {
      const rest = items.filter((_, other) => other !== index);
      write(rest.length ? rest : undefined);
      show(rest);
      element.querySelector(".tb-add")?.focus();
    });
    return make(
      "div",
      { className: "tb-row", role: "group", ariaLabel: `Item ${index + 1}` },
      draw(spec.render, inner),
      editable ? remove : null,
    );
  };

  const show = (items) => {
    count = items.length;
    const add = make("button", { type: "button", className: "tb-button tb-add" }, text(props.buttonLabel ?? "Add"));
    add.addEventListener("click", () => {
      // What the fields of the rows wrote since stands in the state, not in `items`.
      const now = [...(Array.isArray(current()) ? current() : []), null];
      write(now);
      show(now);
      [...element.querySelectorAll(".tb-row")].at(-1)?.querySelector("input, textarea, select, button")?.focus();
    });
    element.replaceChildren(...items.map((_, index) => row(items, index)), ...(editable && items.length < limit ? [add] : []));
  };
  const current = () => place.path.split(".").reduce((from, key) => from?.[key], state[place.scope]);

  show(Array.isArray(value) ? value : []);
  return {
    element,
    // The rows' own fields follow their data by themselves; only a change in number draws them anew.
    update: (now) => {
      const items = Array.isArray(now) ? now : [];
      if (items.length !== count) show(items);
    },
  };
}
