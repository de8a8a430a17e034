// Draws Template Builder specifications: {config: JSON text or object of {view, vars?, plugins?}}. Components live in tables (views.js,
// fields.js, conditions.js, values.js); what is in none of them becomes a placeholder that shows its data.
import { controlComplaint, FIELDS } from "./fields.js";
import { complaint, holds } from "./conditions.js";
import { SCOPES, put, resolve } from "./values.js";
import { VIEWS, make } from "./views.js";

const CHILDREN = ["items", "content", "controls", "barBefore", "barAfter", "links"];

class Task {
  constructor(task, config, assignmentId) {
    this.task = task;
    this.config = config;
    this.state = {
      config,
      input: task.input_values,
      output: {},
      internal: {},
      assignmentId,
      opened: new Set(),
      holds: (condition) => holds(condition, this.state),
    };
    this.slots = [];
    this.element = make("section", { className: "task tb" }, this.draw(config.view));
  }

  /** Draw a component into a slot of its own that is drawn anew when, and only when, its resolved properties change. */
  draw(spec) {
    if (spec === undefined || spec === null) return null;
    const slot = make("div", { className: "tb-item" });
    const entry = { slot, spec: null, shown: null };
    entry.redraw = () => {
      const found = resolve(spec, this.state);
      const props = found && typeof found === "object" ? this.properties(found) : found;
      const now = JSON.stringify(props) ?? "";
      if (now === entry.shown) return;
      entry.shown = now;
      entry.spec = found;
      slot.replaceChildren(...this.parts(found, props));
    };
    this.slots.push(entry);
    entry.redraw();
    return slot;
  }

  properties(spec) {
    const own = Object.entries(spec).filter(([key]) => !["data", "validation", "action"].includes(key));
    return Object.fromEntries(
      own.map(([key, value]) => [
        key,
        CHILDREN.includes(key) && Array.isArray(value) ? value.map((one) => this.child(one)) : resolve(value, this.state),
      ]),
    );
  }

  // A child that has a type (a component, or a helper that chooses one) gets its own slot: when it changes, its neighbours stay.
  child(spec) {
    return spec?.type || spec?.$ref ? spec : resolve(spec, this.state);
  }

  parts(spec, props) {
    if (spec === undefined || spec === null || spec === "") return [];
    if (typeof spec !== "object") return [String(spec)];
    const draw = (inner) => this.draw(inner);
    const around = (content) =>
      [
        props.label && spec.type !== "field.checkbox" && spec.type !== "view.action-button" && spec.type !== "view.collapse"
          ? make("span", { className: "tb-label" }, String(props.label))
          : null,
        props.hint ? make("p", { className: "tb-hint" }, String(props.hint)) : null,
        content,
      ].filter(Boolean);
    if (Object.hasOwn(VIEWS, spec.type ?? "")) return around(VIEWS[spec.type]({ ...props, action: spec.action }, draw, this));
    if (Object.hasOwn(FIELDS, spec.type ?? "")) return around(this.field(spec, props));
    const data = spec.data === undefined ? props : { ...props, data: resolve(spec.data, this.state) };
    return [
      make(
        "div",
        { className: "placeholder" },
        `The sandbox does not draw “${spec.type ?? "a component without a type"}” yet. Its data:`,
        make("pre", {}, JSON.stringify(data, null, 2)),
      ),
    ];
  }

  field(spec, props) {
    const path = spec.data?.path ?? "";
    if (spec.data?.default !== undefined && resolve({ ...spec.data, default: undefined }, this.state) === undefined)
      this.write(spec.data, resolve(spec.data.default, this.state));
    const shell = FIELDS[spec.type](
      props,
      resolve(spec.data, this.state),
      (value) => this.write(spec.data, value),
      `${this.task.id}:${path}`,
    );
    const control = shell.matches("input, select, textarea") ? shell : null;
    if (control) control.setAttribute("aria-label", props.label ?? props.placeholder ?? path);
    else if (!shell.matches("label")) shell.setAttribute("aria-label", props.label ?? path);
    const element = make("div", { className: "field" }, shell);
    element.dataset.field = path;
    return element;
  }

  write(data, value) {
    const scope = SCOPES[data?.type];
    if (!scope || scope === "input") return;
    put(this.state[scope], data.path, value);
    this.element?.querySelectorAll(`[data-field="${CSS.escape(data.path)}"] .field-error`).forEach((element) => element.remove());
    this.changed();
  }

  // Once a burst of writes is over. Slots that left the page with an outer one are forgotten.
  changed() {
    if (this.waiting) return;
    this.waiting = true;
    queueMicrotask(() => {
      this.waiting = false;
      this.slots = this.slots.filter(({ slot }) => slot.isConnected);
      this.slots.slice().forEach((entry) => {
        if (entry.slot.isConnected) entry.redraw();
      });
    });
  }

  opened(url) {
    this.state.opened.add(url);
    this.changed();
  }

  act(action) {
    const run = {
      "action.set": () => {
        this.write(action.data, resolve(action.payload, this.state));
        this.refreshFields();
      },
      "action.toggle": () => {
        this.write(action.data, !resolve(action.data, this.state));
        this.refreshFields();
      },
      "action.bulk": () => (action.payload ?? []).forEach((one) => this.act(one)),
      "action.open-link": () => {
        const url = resolve(action.payload, this.state);
        this.opened(url);
        window.open(url, "_blank", "noopener");
      },
    }[action?.type];
    if (run) run();
    else console.warn("the sandbox does not do", action?.type);
  }

  // A value that was set by an action must show in its field.
  refreshFields() {
    this.slots
      .filter(({ spec }) => spec?.type?.startsWith("field."))
      .forEach((entry) => {
        entry.shown = null;
      });
    this.changed();
  }

  solution() {
    return { task_id: this.task.id, output_values: structuredClone(this.state.output) };
  }

  /** {task_id, errors: {path: {code, message}}} of the fields that stand in the page, or null. */
  validate() {
    const errors = {};
    this.slots
      .filter(({ slot, spec }) => slot.isConnected && spec?.type?.startsWith("field.") && spec.data?.path)
      .forEach(({ slot, spec }) => {
        const found =
          controlComplaint(slot) ??
          (spec.validation && !holds(spec.validation, this.state, spec.data) ? complaint(spec.validation, this.state, spec.data) : null);
        if (found) errors[spec.data.path] = { code: "INVALID_VALUE", message: found };
      });
    return Object.keys(errors).length ? { task_id: this.task.id, errors } : null;
  }

  showErrors(found) {
    this.element.querySelectorAll(".field-error, .task-error").forEach((element) => element.remove());
    Object.entries(found?.errors ?? {}).forEach(([path, error]) => {
      const place = this.element.querySelector(`[data-field="${CSS.escape(path)}"]`);
      const message = make("p", { className: place ? "field-error" : "task-error" }, error.message ?? error.code);
      message.setAttribute("role", "alert");
      if (place) place.append(message);
      else this.element.prepend(message);
    });
  }
}

function hotkeys(tasks, config) {
  const plugin = (config.plugins ?? []).find((one) => one.type === "plugin.hotkeys");
  if (!plugin) return;
  document.addEventListener("keydown", (event) => {
    if (
      event.ctrlKey ||
      event.altKey ||
      event.metaKey ||
      event.target.matches?.("input:not([type=radio]):not([type=checkbox]), textarea, select")
    )
      return;
    if (Object.hasOwn(plugin, event.key) && event.key !== "type") tasks[0].act(plugin[event.key]);
  });
}

/** Show the assignment; same contract as showClassic. */
export async function showTemplateBuilder(assignment, workspaceOptions, send) {
  const { config: text } = assignment.view_spec;
  const config = typeof text === "string" ? JSON.parse(text) : text;
  const tasks = assignment.tasks.map((task) => new Task(task, config, assignment.id));
  document.body.append(
    make(
      "div",
      { className: "task-suite" },
      tasks.map((task) => task.element),
    ),
  );
  hotkeys(tasks, config);
  const showErrors = (errors) => {
    errors.forEach((error, index) => tasks[index].showErrors(error));
    document.querySelector(".field-error, .task-error")?.scrollIntoView({ block: "center" });
  };
  return {
    submit: () => {
      const errors = tasks.map((task) => task.validate());
      showErrors(errors);
      if (errors.some(Boolean)) send("assignment:validation:fail", errors);
      else send("assignment:submit", { solutions: tasks.map((task) => task.solution()) });
    },
    showErrors,
    destroy: () => tasks.forEach((task) => task.element.remove()),
  };
}
