// Draws Template Builder specifications: {config: JSON text or object of {view, vars?, plugins?}}, one Task (task.js) for each task of the page.
import { make } from "./elements.js";
import { layoutOf, listenToKeys, pager } from "./plugins.js";
import { Task } from "./task.js";

// Texts of helper.translate by key, in the Toloker's language or the first there is; the key itself where nobody translated it.
function translator(view, config, language) {
  const source = view.localizationConfig ?? config.localizationConfig ?? {};
  const all = typeof source === "string" ? JSON.parse(source) : source;
  const tables = all.keys
    ? [all]
    : Object.entries(all)
        .sort(([one]) => (one.toUpperCase() === language ? -1 : 1))
        .map(([, table]) => table);
  return (key) => {
    const found = tables.map((table) => (table?.keys ?? table)?.[key]).find((one) => typeof one === "string" || one?.[language] || one?.EN);
    return typeof found === "object" ? (found[language] ?? found.EN) : (found ?? key);
  };
}

/** Show the assignment; same contract as showClassic. */
export async function showTemplateBuilder(assignment, workspaceOptions, send) {
  const { config: written } = assignment.view_spec;
  const config = (typeof written === "string" ? JSON.parse(written) : written) ?? {};
  const options = {
    assignmentId: assignment.id,
    readOnly: workspaceOptions.isReadOnly === true,
    translate: translator(assignment.view_spec, config, workspaceOptions.language ?? "EN"),
  };
  const tasks = assignment.tasks.map((task) => new Task(task, config, options));
  const layout = layoutOf(config);
  if (layout.taskWidth) tasks.forEach(({ element }) => (element.style.maxWidth = `${layout.taskWidth + 48}px`));
  const paging = layout.kind === "pager" && tasks.length > 1 ? pager(tasks) : null;
  const notes = layout.notifications.map((one) => tasks[0].draw(one, tasks[0].state));
  if (notes.length) tasks[0].element.prepend(make("div", { className: "tb-list" }, notes));
  document.body.append(
    make(
      "div",
      { className: "task-suite" },
      tasks.map((task) => task.element),
      paging?.element,
    ),
  );
  let focused = tasks[0];
  tasks.forEach((task) => {
    ["pointerdown", "focusin"].forEach((name) => task.element.addEventListener(name, () => (focused = task)));
    task.changed();
  });
  listenToKeys(config, () => focused);
  const showErrors = (errors) => {
    tasks.forEach((task, index) => task.showErrors(errors[index]));
    const first = errors.findIndex(Boolean);
    if (first >= 0) paging?.go(first);
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
