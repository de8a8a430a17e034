// One pool: its state, its buttons, its work with the answers, its tasks and its rules in words.
import { fillElement, h } from "../dom.js";
import { duration, money, timeElement } from "../format.js";
import { act, call, every } from "./api.js";
import { assignmentList, statistics } from "./assignments.js";
import { actionButton, crumbs, facts, statusBadge, tabs } from "./parts.js";
import { drawingsOf } from "./regions.js";
import { audience, qualityRules } from "./rules.js";
import { taskList } from "./tasks.js";

function poolButtons(pool, options) {
  const verb = (name) => () => act(`/pools/${pool.id}/${name}`);
  if (pool.status === "OPEN") {
    const question = "Nobody gets new pages; what is in hand can still be submitted. It can be opened again.";
    return [actionButton("Close", verb("close"), { ...options, question })];
  }
  if (pool.status !== "CLOSED") return [];
  return [
    actionButton("Open", verb("open"), { ...options, kind: "primary" }),
    actionButton("Archive", verb("archive"), {
      ...options,
      kind: "danger",
      question: "An archived pool cannot be opened again, and its work cannot be reviewed any more.",
    }),
  ];
}

/** What the lists of work and tasks need to know of a project: {drawings, input, output}. */
export function projectShape(project) {
  const spec = project.task_spec ?? {};
  return { drawings: drawingsOf(spec.view_spec), input: spec.input_spec ?? {}, output: spec.output_spec ?? {} };
}

function poolFacts(pool) {
  const mixer = pool.mixer_config;
  const page = mixer
    ? [
        [mixer.real_tasks_count, "general"],
        [mixer.golden_tasks_count, "control"],
        [mixer.training_tasks_count, "training"],
      ]
        .filter(([count]) => count)
        .map(([count, kind]) => `${count} ${kind}`)
        .join(", ")
    : "put together by hand";
  return facts([
    [
      "Status",
      [
        statusBadge(pool.status),
        pool.status === "CLOSED" && pool.last_close_reason ? h("span", { class: "hint" }, ` ${pool.last_close_reason}`) : "",
      ],
    ],
    ["Price", money(pool.reward_per_assignment)],
    ["Time for a page", duration(pool.assignment_max_duration_seconds ?? 0)],
    ["Acceptance", pool.auto_accept_solutions ? "automatic" : `by hand, ${pool.auto_accept_period_day ?? 21} days`],
    ["Tasks on a page", page || "none"],
    ["18+", pool.may_contain_adult_content ? "yes" : "no"],
    ["Last started", pool.last_started ? timeElement(pool.last_started) : "never"],
  ]);
}

function ruleText(pool, projectId) {
  const { dynamic_overlap_config: overlap, dynamic_pricing_config: pricing } = pool;
  const training = pool.quality_control?.training_requirement ?? pool.training_requirement;
  const link = (id) => h("a", { href: `/requester/project/${projectId}/training/${id}` }, `training ${id}`);
  return h(
    "div",
    { class: "card rule-card" },
    h("h2", {}, "Audience"),
    h("p", {}, `Open to: ${audience(pool.filter)}.`),
    training
      ? h("p", {}, "They must have passed ", link(training.training_pool_id), ` with ${training.training_passing_skill_value} or more.`)
      : null,
    h("h2", {}, "Quality control"),
    qualityRules(pool.quality_control) ?? h("p", { class: "hint" }, "No rules."),
    overlap
      ? h(
          "p",
          {},
          `Dynamic overlap: until the answer is sure to ${overlap.min_confidence}, at most ${overlap.max_overlap} Tolokers a task.`,
        )
      : null,
    pricing?.intervals
      ? h(
          "p",
          {},
          `The price depends on skill ${pricing.skill_id}: ${pricing.intervals.map(({ from, to, reward_per_assignment: price }) => `${from ?? 0} to ${to ?? 100}: ${money(price)}`).join("; ")}.`,
        )
      : null,
    h("h2", {}, "Everything, as the API has it"),
    h("details", {}, h("summary", {}, "Show the pool's JSON"), h("pre", { class: "json" }, JSON.stringify(pool, null, 2))),
  );
}

export async function poolPage(main, projectId, id) {
  const [pool, project, found, tasks] = await Promise.all([
    call("GET", `/pools/${id}`),
    call("GET", `/projects/${projectId}`),
    every("/assignments", { pool_id: id }),
    every("/tasks", { pool_id: id }, 1500),
  ]);
  const trouble = h("div", { "aria-live": "polite" });
  const options = { trouble, after: () => poolPage(main, projectId, id) };
  const shape = projectShape(project);
  const empty = pool.status === "OPEN" ? "Nobody has taken a task yet." : "Nobody has taken a task. Open the pool to show it to the crowd.";
  const place = h("div");
  const PARTS = {
    work: () => [statistics(found.items), assignmentList(found, shape, empty, options)],
    tasks: () => taskList(tasks, shape),
    rules: () => ruleText(pool, projectId),
  };
  document.title = `${pool.private_name} · Sandbox`;
  fillElement(
    main,
    crumbs(["/requester/", "Projects"], [`/requester/project/${projectId}`, project.public_name || `Project ${projectId}`]),
    h("header", { class: "row-between" }, h("h1", {}, pool.private_name), h("div", { class: "row" }, poolButtons(pool, options))),
    poolFacts(pool),
    trouble,
    tabs(
      "Parts of the pool",
      [
        ["work", "Work", found.items.length],
        ["tasks", "Tasks", tasks.items.length],
        ["rules", "Audience and rules"],
      ],
      (part) => fillElement(place, PARTS[part]()),
    ),
    place,
  );
}
