// The list of projects, and one project with its pools and trainings.
import { errorNotice, fillElement, h } from "../dom.js";
import { money, timeElement } from "../format.js";
import { act, call, every } from "./api.js";
import { actionButton, crumbs, facts, nothing, statusBadge, table } from "./parts.js";

export async function projectsPage(main) {
  const { items, more } = await every("/projects");
  const row = (project) =>
    h(
      "tr",
      {},
      h("td", {}, h("a", { href: `/requester/project/${project.id}` }, project.public_name || `Project ${project.id}`)),
      h("td", { class: "number" }, project.id),
      h("td", {}, statusBadge(project.status)),
      h("td", {}, timeElement(project.created)),
    );
  const rows = items.reverse().map(row);
  fillElement(
    main,
    h("header", { class: "page-head" }, h("h1", {}, "Projects")),
    rows.length
      ? table([["Name"], ["Id", "number"], ["Status"], ["Created"]], rows)
      : nothing("No projects yet", "A project comes here when your application sets one up through the API."),
    more ? h("p", { class: "hint" }, "There are more; only the first are shown.") : null,
  );
}

function poolRow(project, pool) {
  return h(
    "tr",
    {},
    h("td", {}, h("a", { href: `/requester/project/${project.id}/pool/${pool.id}` }, pool.private_name || `Pool ${pool.id}`)),
    h("td", { class: "number" }, pool.id),
    h(
      "td",
      {},
      statusBadge(pool.status),
      pool.last_close_reason && pool.status === "CLOSED" ? h("div", { class: "hint" }, pool.last_close_reason) : null,
    ),
    h("td", { class: "number" }, money(pool.reward_per_assignment)),
    h("td", { class: "number", "data-waiting": pool.id }, "…"),
    h("td", {}, timeElement(pool.last_started)),
  );
}

function trainingRow(project, training) {
  return h(
    "tr",
    {},
    h(
      "td",
      {},
      h("a", { href: `/requester/project/${project.id}/training/${training.id}` }, training.private_name || `Training ${training.id}`),
    ),
    h("td", { class: "number" }, training.id),
    h("td", {}, statusBadge(training.status)),
    h("td", { class: "number" }, String(training.training_tasks_in_task_suite_count ?? "")),
    h("td", {}, timeElement(training.last_started)),
  );
}

async function countWaiting(place, pools) {
  for (const pool of pools) {
    const cell = place.querySelector(`[data-waiting="${pool.id}"]`);
    const { items, more } = await every("/assignments", { pool_id: pool.id, status: "SUBMITTED" }, 300);
    if (cell) cell.textContent = `${items.length}${more ? "+" : ""}`;
  }
}

const fields = (found) =>
  Object.entries(found ?? {})
    .map(([name, field]) => `${name}: ${field.type}`)
    .join(", ") || "none";

function projectFacts(project) {
  const spec = project.task_spec ?? {};
  return facts([
    ["Status", statusBadge(project.status)],
    ["Id", project.id],
    ["Created", timeElement(project.created)],
    ["Task page", spec.view_spec?.type ?? "?"],
    ["Input", fields(spec.input_spec)],
    ["Output", fields(spec.output_spec)],
  ]);
}

export async function projectPage(main, id) {
  const [project, { items: pools }, { items: trainings }] = await Promise.all([
    call("GET", `/projects/${id}`),
    every("/pools", { project_id: id }),
    every("/trainings", { project_id: id }),
  ]);
  document.title = `${project.public_name} · Sandbox`;
  const trouble = h("div", { "aria-live": "polite" });
  const options = { trouble, after: () => projectPage(main, id) };
  const archive = actionButton("Archive", () => act(`/projects/${id}/archive`), {
    ...options,
    kind: "danger",
    question: "An archived project cannot be used again. All its pools must be archived.",
  });
  fillElement(
    main,
    crumbs(["/requester/", "Projects"]),
    h("header", { class: "row-between" }, h("h1", {}, project.public_name), project.status === "ACTIVE" ? archive : null),
    project.public_description ? h("p", { class: "lead" }, project.public_description) : null,
    projectFacts(project),
    trouble,
    h("h2", { class: "section-head" }, "Pools"),
    pools.length
      ? table(
          [["Name"], ["Id", "number"], ["Status"], ["Price", "number"], ["To review", "number"], ["Last started"]],
          pools.reverse().map((pool) => poolRow(project, pool)),
        )
      : nothing("", "This project has no pools yet."),
    trainings.length ? h("h2", { class: "section-head" }, "Trainings") : null,
    trainings.length
      ? table(
          [["Name"], ["Id", "number"], ["Status"], ["Tasks a page", "number"], ["Last started"]],
          trainings.reverse().map((training) => trainingRow(project, training)),
        )
      : null,
  );
  countWaiting(main, pools.slice(0, 50)).catch((error) => fillElement(trouble, errorNotice(error.message)));
}
