// Runs a classic view specification: {markup, script, styles, assets: {style_urls, script_urls}}.
import { TolokaHandlebarsTask, TolokaTask } from "./task.js";
import { TolokaAssignment, TolokaTaskSuite, makeChannel } from "./assignment.js";

/** The inheritance idiom of Toloka's documentation, for scripts that rely on a global one. */
function extend(Parent, constructor, methods) {
  const child =
    constructor ??
    function (...options) {
      Parent.apply(this, options);
    };
  if (Parent) child.prototype = Object.create(Parent.prototype);
  Object.assign(child.prototype, methods);
  return child;
}

// $TOLOKA_ASSETS holds the platform's own libraries, whose place this shim takes.
const own = (url) => url.startsWith("$TOLOKA_ASSETS");

function loadStyle(url) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = url;
  document.head.append(link);
}

function loadScript(url) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.async = false;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`The task's library ${url} cannot be loaded.`));
    document.head.append(script);
  });
}

async function loadAssets(view) {
  (view.assets?.style_urls ?? []).filter((url) => !own(url)).forEach(loadStyle);
  for (const url of (view.assets?.script_urls ?? []).filter((candidate) => !own(candidate))) await loadScript(url);
  const styles = document.createElement("style");
  styles.id = "task-styles";
  styles.textContent = view.styles ?? "";
  document.head.append(styles);
}

/** Run the script as Toloka does, with `exports`; gives the classes it defined, or the platform's own. */
function classesOf(script) {
  Object.assign(window, {
    TolokaTask,
    TolokaHandlebarsTask,
    TolokaTaskSuite,
    TolokaHandlebarsTaskSuite: TolokaTaskSuite,
    TolokaAssignment,
    extend,
  });
  const exported = {};
  new Function("exports", "module", `${script ?? ""}\n//# sourceURL=task-script.js`)(exported, { exports: exported });
  return {
    Task: exported.Task ?? TolokaHandlebarsTask,
    TaskSuite: exported.TaskSuite ?? TolokaTaskSuite,
    Assignment: exported.Assignment ?? TolokaAssignment,
  };
}

/**
 * Show the assignment. `send(name, data)` carries the script's own messages: assignment:submit, assignment:skip,
 * assignment:validation:fail, task:interface:show:instruction. Returns {submit(), showErrors(errors), destroy()}; submit validates
 * first and then sends assignment:submit or assignment:validation:fail.
 */
export async function showClassic(assignment, workspaceOptions, send) {
  const view = assignment.view_spec;
  const specs = { input_spec: assignment.input_spec ?? {}, output_spec: assignment.output_spec ?? {}, view_spec: view };
  await loadAssets(view);
  const classes = classesOf(view.script);
  const channel = makeChannel(send);
  const running = new classes.Assignment({
    assignment,
    specs,
    workspaceOptions,
    channel,
    TaskClass: classes.Task,
    TaskSuiteClass: classes.TaskSuite,
  });
  running.start();
  const suite = running.getTaskSuite();
  return {
    submit: () => running.submit(),
    showErrors: (errors) => suite.onValidationFail(errors),
    destroy: () => running.destroy(),
  };
}
