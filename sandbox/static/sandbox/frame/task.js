// Toloka's documented class Task (and its Handlebars flavour) as classic scripts extend it. Plain constructor functions, because scripts
// call the parent as `TolokaHandlebarsTask.call(this, options)`, which a `class` refuses.
import { fill } from "./handlebars.js";
import { COMPONENTS, fillFields, pressHotkey, wireFields } from "./components.js";

/** options: {task: {id, input_values}, specs: {input_spec, output_spec, view_spec}, workspaceOptions, assignment, solution?} */
export function TolokaTask(options) {
  this.options = options;
  this.id = options.task.id;
  this.solution = options.solution ?? { task_id: options.task.id, output_values: {} };
  this.element = null;
  this.errorElement = null;
}

// In memory, not in the browser's storage: browsers deny that to a frame of another site. A reload starts afresh.
const savedStates = new Map();

const NOTHING_BY_DEFAULT = ["onRender", "onDestroy", "onFocus", "onBlur", "onPause", "onResume"];
NOTHING_BY_DEFAULT.forEach((name) => {
  TolokaTask.prototype[name] = function () {};
});

Object.assign(TolokaTask.prototype, {
  getOptions() {
    return this.options;
  },
  getTask() {
    return this.options.task;
  },
  getAssignment() {
    return this.options.assignment;
  },
  getWorkspaceOptions() {
    return this.options.workspaceOptions;
  },
  getDOMElement() {
    return this.element;
  },
  getStyleDOMElement() {
    return document.getElementById("task-styles");
  },
  getSolution() {
    return this.solution;
  },
  getTemplateData() {
    return this.getTask().input_values;
  },

  setSolution(solution) {
    this.solution = { task_id: this.id, ...solution, output_values: { ...(solution?.output_values ?? {}) } };
    if (this.element) fillFields(this.element, this.solution.output_values);
  },

  setSolutionOutputValue(fieldName, value) {
    this.setSolutionOutputValues({ [fieldName]: value });
  },

  setSolutionOutputValues(outputValues) {
    Object.entries(outputValues).forEach(([name, value]) => {
      if (value === undefined) delete this.solution.output_values[name];
      else this.solution.output_values[name] = value;
    });
    this.hideErrorsOf(Object.keys(outputValues));
    if (this.element) fillFields(this.element, this.solution.output_values);
  },

  // `${field}` is the plain class's template language.
  template(data) {
    return (this.options.specs.view_spec.markup ?? "").replace(
      /\$\{([\w.$]+)\}/g,
      (_, path) => path.split(".").reduce((from, key) => from?.[key], data) ?? "",
    );
  },

  render() {
    this.element = document.createElement("div");
    this.element.className = "task";
    this.element.dataset.taskId = this.id;
    this.element.tabIndex = -1;
    this.element.innerHTML = this.template(this.getTemplateData());
    wireFields(this.element, (name, value) => this.writeField(name, value));
    fillFields(this.element, this.solution.output_values);
    return this;
  },

  // Called by the suite once the element stands in the page: scripts measure and focus there.
  rendered() {
    this.onRender();
  },

  // A field named `result.left` writes {"result": {"left": …}}.
  writeField(name, value) {
    const [field, ...rest] = name.split(".");
    if (!rest.length) {
      this.setSolutionOutputValue(field, value);
      return;
    }
    const whole = structuredClone(this.solution.output_values[field] ?? {});
    rest.slice(0, -1).reduce((from, key) => (from[key] ??= {}), whole)[rest.at(-1)] = value;
    this.setSolutionOutputValue(field, whole);
  },

  validate(solution = this.getSolution()) {
    const errors = {};
    Object.entries(this.options.specs.output_spec ?? {}).forEach(([name, spec]) => {
      const error = fieldError(spec, solution.output_values[name]);
      if (error) errors[name] = error;
    });
    return Object.keys(errors).length ? { task_id: this.id, errors } : null;
  },

  onValidationFail(found) {
    const loose = [];
    Object.entries(found?.errors ?? {}).forEach(([name, error]) => {
      // Options of one output field stand together: the message goes below the last of them.
      const place = [...(this.element?.querySelectorAll(`[data-field="${CSS.escape(name)}"]`) ?? [])].at(-1);
      const message = error?.message || error?.code || String(error);
      if (place) showFieldError(place, message);
      else loose.push(message);
    });
    if (loose.length) this.showTaskError([...new Set(loose)].join(" "));
  },

  showTaskError(message) {
    this.hideTaskError();
    this.errorElement = document.createElement("p");
    this.errorElement.className = "task-error";
    this.errorElement.setAttribute("role", "alert");
    this.errorElement.textContent = message;
    this.element.prepend(this.errorElement);
  },

  hideTaskError() {
    this.errorElement?.remove();
    this.errorElement = null;
  },

  hideErrorsOf(names) {
    this.hideTaskError();
    names.forEach((name) =>
      this.element?.querySelectorAll(`[data-field="${CSS.escape(name)}"] .field-error`).forEach((element) => element.remove()),
    );
  },

  focus() {
    this.element?.classList.add("task_focused");
    this.onFocus();
  },

  blur() {
    this.element?.classList.remove("task_focused");
    this.onBlur();
  },

  onKey(key) {
    return this.element ? pressHotkey(this.element, key) : false;
  },
  pause() {
    this.saveState();
    this.onPause();
  },
  resume() {
    this.onResume(this.getSavedState());
  },

  saveState() {
    savedStates.set(this.id, { solution: structuredClone(this.getSolution()) });
  },
  getSavedState() {
    return savedStates.get(this.id) ?? null;
  },

  getProxyUrl(path) {
    return new URL(`/api/proxy/${path}`, location.origin).href;
  },
  proxy(path) {
    return Promise.reject(new Error(`The sandbox has no HTTP proxy; "${path}" was not asked.`));
  },

  destroy() {
    this.onDestroy();
    this.element?.remove();
  },
});

/** The flavour whose markup is Handlebars with components. */
export function TolokaHandlebarsTask(options) {
  TolokaTask.call(this, options);
}
TolokaHandlebarsTask.prototype = Object.create(TolokaTask.prototype);
TolokaHandlebarsTask.prototype.constructor = TolokaHandlebarsTask;
TolokaHandlebarsTask.prototype.template = function (data) {
  return fill(this.options.specs.view_spec.markup ?? "", data, COMPONENTS);
};

function showFieldError(place, message) {
  place.querySelectorAll(".field-error").forEach((element) => element.remove());
  const element = document.createElement("p");
  element.className = "field-error";
  element.setAttribute("role", "alert");
  element.textContent = message;
  place.append(element);
}

/** What the output specification has against `value`: {code, message} or null. The server checks everything again. */
function fieldError(spec, value) {
  const missing = value === undefined || value === null || value === "";
  if (missing)
    return spec.required !== false && !spec.hidden ? { code: "VALUE_REQUIRED", message: "Answer this before you submit." } : null;
  if (spec.allowed_values && !spec.allowed_values.includes(value)) {
    return { code: "UNKNOWN_ENUM_VALUE", message: `Choose one of: ${spec.allowed_values.join(", ")}.` };
  }
  if (typeof value === "string" && spec.min_length && value.length < spec.min_length) {
    return { code: "STRING_LENGTH_LESS_THAN_MIN", message: `Write at least ${spec.min_length} characters.` };
  }
  if (typeof value === "string" && spec.max_length && value.length > spec.max_length) {
    return { code: "STRING_LENGTH_GREATER_THAN_MAX", message: `Write at most ${spec.max_length} characters.` };
  }
  return null;
}
