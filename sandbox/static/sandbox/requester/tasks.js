// Tasks of a pool or a training, with what is known about their answers.
import { h } from "../dom.js";
import { taskAndAnswer } from "./answers.js";
import { inPages, nothing, table } from "./parts.js";

const PAGE = 50;

function kind(task) {
  if (!task.known_solutions?.length) return h("span", { class: "badge" }, "General");
  return h(
    "span",
    { class: `badge ${task.message_on_unknown_solution ? "info" : "wait"}` },
    task.message_on_unknown_solution ? "Training" : "Control",
  );
}

function row(task, project) {
  const known = task.known_solutions ?? [];
  return h(
    "tr",
    { "data-task-id": task.id },
    h("td", {}, kind(task)),
    h("td", {}, h("div", { class: "mono" }, task.id)),
    h(
      "td",
      {},
      known.length
        ? known.map(({ output_values: values }) => taskAndAnswer(task, values, project))
        : taskAndAnswer(task, undefined, project),
      task.message_on_unknown_solution ? h("p", { class: "hint" }, `Hint: ${task.message_on_unknown_solution}`) : null,
    ),
    h("td", { class: "number" }, task.infinite_overlap ? "∞" : `${task.remaining_overlap ?? "?"} of ${task.overlap ?? "?"}`),
  );
}

/** `found`: {items, more}. */
export function taskList(found, project) {
  if (!found.items.length) return nothing("", "No tasks yet. They come with POST /tasks or POST /task-suites.");
  const list = (rows) => table([["Kind"], ["Task"], ["Input and right answer"], ["Overlap left", "number"]], rows);
  return h(
    "div",
    {},
    inPages(found.items, PAGE, (task) => row(task, project), list),
    found.more ? h("p", { class: "hint" }, `Only the first ${found.items.length} are shown.`) : null,
  );
}
