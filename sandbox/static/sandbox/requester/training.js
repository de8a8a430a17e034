// One training: its state, its buttons, the work and first answers in it, and its tasks with their hints.
import { fillElement, h } from "../dom.js";
import { duration, timeElement } from "../format.js";
import { act, call, every } from "./api.js";
import { assignmentList } from "./assignments.js";
import { actionButton, crumbs, facts, statusBadge, tabs } from "./parts.js";
import { projectShape } from "./pool.js";
import { taskList } from "./tasks.js";

function buttons(training, options) {
  const verb = (name) => () => act(`/trainings/${training.id}/${name}`);
  if (training.status === "OPEN")
    return [actionButton("Close", verb("close"), { ...options, question: "Nobody can begin the training until it is opened again." })];
  if (training.status !== "CLOSED") return [];
  return [
    actionButton("Open", verb("open"), { ...options, kind: "primary" }),
    actionButton("Archive", verb("archive"), {
      ...options,
      kind: "danger",
      question: "An archived training cannot be opened again. Pools that ask for it must be archived first.",
    }),
  ];
}

function trainingFacts(training) {
  const after = training.retry_training_after_days;
  return facts([
    ["Status", statusBadge(training.status)],
    ["Id", training.id],
    ["Time for a page", duration(training.assignment_max_duration_seconds ?? 0)],
    ["Tasks on a page", String(training.training_tasks_in_task_suite_count ?? "?")],
    ["Pages to pass", String(training.task_suites_required_to_pass ?? "all")],
    ["Again after", after ? `${after} day${after === 1 ? "" : "s"}` : "never"],
    ["Last started", training.last_started ? timeElement(training.last_started) : "never"],
  ]);
}

export async function trainingPage(main, projectId, id) {
  const [training, project, found, tasks] = await Promise.all([
    call("GET", `/trainings/${id}`),
    call("GET", `/projects/${projectId}`),
    every("/assignments", { pool_id: id }),
    every("/tasks", { pool_id: id }, 1500),
  ]);
  const trouble = h("div", { "aria-live": "polite" });
  const options = { trouble, after: () => trainingPage(main, projectId, id) };
  const shape = projectShape(project);
  const place = h("div");
  const PARTS = {
    work: () => assignmentList(found, shape, "Nobody has begun this training yet.", options),
    tasks: () => taskList(tasks, shape),
  };
  document.title = `${training.private_name} · Sandbox`;
  fillElement(
    main,
    crumbs(["/requester/", "Projects"], [`/requester/project/${projectId}`, project.public_name || `Project ${projectId}`]),
    h("header", { class: "row-between" }, h("h1", {}, training.private_name), h("div", { class: "row" }, buttons(training, options))),
    h(
      "p",
      { class: "lead" },
      "A training: wrong answers are met with the task's hint, and the share of right first answers becomes a skill.",
    ),
    trainingFacts(training),
    trouble,
    tabs(
      "Parts of the training",
      [
        ["work", "Work", found.items.length],
        ["tasks", "Tasks", tasks.items.length],
      ],
      (part) => fillElement(place, PARTS[part]()),
    ),
    place,
  );
}
