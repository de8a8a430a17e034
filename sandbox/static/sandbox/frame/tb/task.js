// One task of a Template Builder page: its data, and the components that are drawn from its view. Components live in tables (views.js,
// fields.js, conditions.js, actions.js, values.js); what is in none of them becomes a placeholder that shows its data.
import { run } from "./actions.js";
import { complaint, holds } from "./conditions.js";
import { make, text } from "./elements.js";
import { FIELDS } from "./fields.js";
import { annotationKeysOf, hotkeysOf, notice, triggersOf } from "./plugins.js";
import { at, locate, put, resolve, unwrap, valueAt, writable } from "./values.js";
import { VIEWS } from "./views.js";

const OWN_LABEL = new Set(["field.checkbox", "field.tumbler", "field.button-radio", "view.action-button", "view.collapse", "view.divider"]);
const OWN_HINT = new Set(["view.alert"]);
const UNRESOLVED = new Set(["data", "validation", "action", "render", "view", "type", "version"]);
const CONTROL = "input, select, textarea";

let numbers = 0;
const unique = () => `tb-${(numbers += 1)}`;

export class Task {
  /** options: {assignmentId, readOnly, translate(key)} */
  constructor(task, config, options) {
    this.task = task;
    this.options = options;
    this.hotkeys = hotkeysOf(config);
    this.state = {
      config,
      input: task.input_values ?? {},
      output: {},
      internal: {},
      local: {},
      base: null,
      scoped: false,
      assignmentId: options.assignmentId,
      opened: new Set(),
      translate: options.translate,
      at: (reference) => at(config, reference),
      location: () => this.#locate(),
      media: (slot) => [...((slot ?? this.element)?.querySelectorAll("audio, video") ?? [])],
    };
    this.position = undefined;
    this.slots = [];
    this.element = make("section", { className: "task tb" }, this.draw(config.view, this.state));
    this.fireTriggers = triggersOf(config, this);
    this.fireTriggers();
  }

  /** Draw a component into a slot of its own that is drawn anew when, and only when, its resolved properties change. */
  draw(spec, state) {
    if (spec === undefined || spec === null) return null;
    const entry = { slot: make("div", { className: "tb-item" }), spec: null, shown: null, field: null, state };
    entry.redraw = () => {
      const [found, inner] = unwrap(resolve(spec, state), state);
      const props = found && typeof found === "object" ? this.#properties(found, inner) : found;
      const now = JSON.stringify([found?.type, found?.data, props]) ?? "";
      if (now === entry.shown) return;
      Object.assign(entry, { shown: now, spec: found, state: inner, field: null, data: undefined });
      keepingFocus(entry.slot, () => entry.slot.replaceChildren(...this.#parts(entry, props)));
    };
    this.slots.push(entry);
    entry.redraw();
    return entry.slot;
  }

  #properties(spec, state) {
    const own = Object.entries(spec).filter(([key]) => !UNRESOLVED.has(key));
    return Object.fromEntries(own.map(([key, value]) => [camel(key), key === "items" ? this.#items(value, state) : resolve(value, state)]));
  }

  // Of a list, every item that is a component, or a helper that chooses one, gets its own slot: when it changes, its neighbours stay.
  #items(value, state) {
    const later = (one) => (one?.type || one?.$ref ? keep(one, state) : resolve(one, state));
    return Array.isArray(value) ? value.map(later) : resolve(value, state);
  }

  #parts(entry, props) {
    const { spec, state } = entry;
    if (spec === undefined || spec === null || spec === "") return [];
    if (typeof spec !== "object") return [String(spec)];
    const type = String(spec.type ?? "");
    const host = {
      act: (action) => this.act(action, state),
      opened: (url) => this.opened(url),
      changed: () => this.changed(),
      keyOf: (test) => this.keyOf(test),
    };
    const draw = (inner) =>
      typeof inner === "object" ? this.draw(inner, state) : inner === undefined ? null : make("p", { className: "tb-text" }, String(inner));
    let content;
    try {
      if (Object.hasOwn(FIELDS, type)) content = this.#field(entry, props);
      else if (Object.hasOwn(VIEWS, type)) content = VIEWS[type]({ ...props, action: spec.action }, draw, host);
      else content = this.#placeholder(spec, props, state);
    } catch (error) {
      console.warn(`task: ${type} cannot be drawn:`, error);
      content = this.#placeholder(spec, props, state, `“${type}” cannot be drawn from its properties: ${error.message} Its data:`);
    }
    if (spec.validation && !entry.field) entry.slot.dataset.field = entry.key = unique();
    return this.#around(entry, type, props, content);
  }

  #around(entry, type, props, content) {
    const labelled = props.label && !OWN_LABEL.has(type);
    const control = entry.field && content.querySelector(":scope > :is(input, select, textarea)");
    const label = labelled ? make(control ? "label" : "span", { className: "tb-label", id: unique() }, text(props.label)) : null;
    const hint = props.hint && !OWN_HINT.has(type) ? make("p", { className: "tb-hint", id: unique() }, text(props.hint)) : null;
    const shell = control ?? (entry.field ? content.firstElementChild : null);
    if (control && label) {
      control.id = unique();
      label.htmlFor = control.id;
    } else if (shell && label && !shell.matches("label")) {
      shell.setAttribute("aria-labelledby", label.id);
    } else if (shell && !label && !shell.matches("label, [aria-label]")) {
      shell.setAttribute("aria-label", text(props.placeholder ?? props.label) || entry.place?.path || type);
    }
    if (shell && hint) shell.setAttribute("aria-describedby", hint.id);
    return [label, hint, content].filter(Boolean);
  }

  #placeholder(spec, props, state, words = `The sandbox does not draw “${spec.type ?? "a component without a type"}” yet. Its data:`) {
    const data = spec.data === undefined ? props : { ...props, data: resolve(spec.data, state) };
    return make("div", { className: "placeholder" }, words, make("pre", {}, JSON.stringify(data, null, 2)));
  }

  #field(entry, props) {
    const { spec, state } = entry;
    const place = locate(spec.data, state);
    const standard = spec.data?.default;
    if (standard !== undefined && writable(place) && valueAt(place, state) === undefined) this.write(place, resolve(standard, state));
    const value = valueAt(place, state) ?? (writable(place) ? undefined : resolve(standard, state));
    entry.place = place;
    entry.key = place?.path || unique();
    entry.data = JSON.stringify(value);
    const readOnly = this.options.readOnly;
    const context = {
      name: `${this.task.id}:${entry.key}`,
      draw: (inner, own) => this.draw(inner, own),
      spec,
      state,
      place,
      readOnly,
      writable: writable(place),
      annotationKeys: annotationKeysOf(state.config),
      setKey: (wanted) =>
        this.keyOf(
          (action) =>
            action.type === "action.set" && points(action, place, this.state) && JSON.stringify(action.payload) === JSON.stringify(wanted),
        ),
      toggleKey: (option) =>
        this.keyOf(
          (action) =>
            action.type === "action.toggle" &&
            points(action, option === undefined ? place : { ...place, path: `${place?.path}.${option}` }, this.state),
        ),
    };
    const write = (now) => {
      entry.data = JSON.stringify(now);
      this.write(place, now);
    };
    const made = FIELDS[spec.type](readOnly ? { ...props, disabled: true } : props, value, write, context);
    entry.field = made.element ? made : { element: made };
    entry.slot.dataset.field = entry.key;
    return make("div", { className: "field" }, entry.field.element);
  }

  /** The hotkey of the first action for which `test` says yes, or "". */
  keyOf(test) {
    return Object.keys(this.hotkeys).find((key) => test(this.hotkeys[key])) ?? "";
  }

  write(place, value) {
    if (!writable(place) || this.options.readOnly) return;
    put(this.state[place.scope], place.path, value);
    this.element?.querySelectorAll(`[data-field="${CSS.escape(place.path)}"] > .field-error`).forEach((element) => element.remove());
    this.changed();
  }

  // Once a burst of writes is over. Slots that left the page with an outer one are forgotten.
  changed() {
    if (this.waiting) return;
    this.waiting = true;
    queueMicrotask(() => {
      this.waiting = false;
      if (!this.element.isConnected) return;
      this.fireTriggers();
      this.slots = this.slots.filter(({ slot }) => slot.isConnected);
      this.slots.slice().forEach((entry) => {
        if (!entry.slot.isConnected) return;
        entry.redraw();
        this.#follow(entry);
      });
    });
  }

  // A value that somebody else wrote must show in its field.
  #follow(entry) {
    if (!entry.field || !writable(entry.place)) return;
    const value = valueAt(entry.place, entry.state);
    const now = JSON.stringify(value);
    if (now === entry.data) return;
    entry.data = now;
    if (entry.field.update) entry.field.update(value);
    else {
      entry.shown = null;
      entry.redraw();
    }
  }

  opened(url) {
    this.state.opened.add(url);
    this.changed();
  }

  act(action, state = this.state) {
    run(action, state, this);
  }

  notify(content, payload, state) {
    notice(typeof content === "object" ? this.draw(content, state) : text(content), payload);
  }

  // Asked for once; the value arrives later and everything that used it is drawn again.
  #locate() {
    if (this.position === undefined && navigator.geolocation) {
      this.position = null;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          this.position = `${coords.latitude},${coords.longitude}`;
          this.changed();
        },
        (error) => console.warn("the browser does not tell where it is:", error.message),
      );
    }
    return this.position ?? undefined;
  }

  solution() {
    return { task_id: this.task.id, output_values: structuredClone(this.state.output) };
  }

  /** {task_id, errors: {path: {code, message}}} of the components that stand in the page, or null. */
  validate() {
    const errors = {};
    this.slots
      .filter(({ slot, spec, field }) => slot.isConnected && (field || spec?.validation))
      .forEach(({ slot, spec, state, field, place, key }) => {
        const context = { slot, value: field ? valueAt(place, state) : undefined };
        const broken = spec.validation && !holds(spec.validation, state, context);
        const found = field?.complaint?.() ?? (broken ? complaint(spec.validation, state, context) : null);
        if (found) errors[key] = { code: "INVALID_VALUE", message: found };
      });
    return Object.keys(errors).length ? { task_id: this.task.id, errors } : null;
  }

  showErrors(found) {
    this.element.querySelectorAll(".field-error, .task-error").forEach((element) => element.remove());
    Object.entries(found?.errors ?? {}).forEach(([path, error]) => {
      const place = this.#placeOf(path);
      const message = make("p", { className: place ? "field-error" : "task-error", role: "alert" }, error.message ?? error.code);
      if (place) {
        place.append(message);
        for (let box = place.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
      } else this.element.prepend(message);
    });
  }

  // "shapes.0.left" belongs to the field that writes "shapes".
  #placeOf(path) {
    const keys = path.split(".");
    for (let length = keys.length; length > 0; length -= 1) {
      const found = this.element.querySelector(`[data-field="${CSS.escape(keys.slice(0, length).join("."))}"]`);
      if (found) return found;
    }
    return null;
  }
}

// toloka-kit sends a few properties (button_label, max_length) in Python's spelling.
const camel = (key) => key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

const keep = (spec, state) => (state.scoped ? { type: "@scoped", spec, local: state.local, base: state.base } : spec);

function points(action, place, state) {
  const target = locate(action.data, state);
  return Boolean(target && place) && target.scope === place.scope && target.path === place.path;
}

// A component may be drawn anew because of what is typed into it: the cursor stays where it was.
function keepingFocus(slot, change) {
  const inner = () => [...slot.querySelectorAll(`${CONTROL}, button, a, [tabindex]`)];
  const index = slot.contains(document.activeElement) ? inner().indexOf(document.activeElement) : -1;
  const { selectionStart } = document.activeElement ?? {};
  change();
  if (index < 0) return;
  const element = inner()[index];
  element?.focus({ preventScroll: true });
  if (typeof selectionStart === "number" && element?.matches("textarea, input[type=text]"))
    element.setSelectionRange(selectionStart, selectionStart);
}
