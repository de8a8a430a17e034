// The list of projects, and one project with its pools.
import { ask, errorNotice, fillElement, h, toast } from "../dom.js";
import { money, timeElement } from "../format.js";
import { act, call, every } from "./api.js";

const STATUS = { OPEN: "good", CLOSED: "wait", ARCHIVED: "dim", ACTIVE: "good", LOCKED: "bad" };

export const statusBadge = (status) => h("span", { class: `badge ${STATUS[status] ?? "dim"}` }, status);
export const crumbs = (...links) =>
  h(
    "p",
    { class: "crumbs" },
    links.flatMap(([href, label], index) => [index ? " / " : null, h("a", { href }, label)]),
  );

/** A button that asks first when `question` is given, then does `run` and says how it went. */
export function actionButton(label, run, { question = "", kind = "", after, trouble }) {
  const button = h(
    "button",
    {
      class: `button small ${kind}`,
      type: "button",
      onclick: async () => {
        if (
          question &&
          !(await ask({
            title: `${label}?`,
            content: h("p", {}, question),
            actions: [
              { label: "Cancel", value: false, autofocus: true },
              { label, kind: kind || "primary", value: true },
            ],
          }))
        )
          return;
        button.disabled = true;
        fillElement(trouble);
        try {
          await run();
          toast(`${label}: done.`);
          await after();
        } catch (error) {
          fillElement(trouble, errorNotice(error.message));
          button.disabled = false;
        }
      },
    },
    label,
  );
  return button;
}

export function table(head, rows) {
  return h(
    "div",
    { class: "table-wrap" },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map(([label, kind]) => h("th", { class: kind ?? null, scope: "col" }, label)),
        ),
      ),
      h("tbody", {}, rows),
    ),
  );
}

export async function projectsPage(main) {
  const { items, more } = await every("/projects");
  const rows = items
    .reverse()
    .map((project) =>
      h(
        "tr",
        {},
        h("td", {}, h("a", { href: `/requester/project/${project.id}` }, project.public_name || `Project ${project.id}`)),
        h("td", { class: "number" }, project.id),
        h("td", {}, statusBadge(project.status)),
        h("td", {}, timeElement(project.created)),
      ),
    );
  fillElement(
    main,
    h("header", { class: "page-head" }, h("h1", {}, "Projects")),
    rows.length
      ? table([["Name"], ["Id", "number"], ["Status"], ["Created"]], rows)
      : h(
          "div",
          { class: "empty" },
          h("h2", {}, "No projects yet"),
          h("p", {}, "A project comes here when your application sets one up through the API."),
        ),
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

async function countWaiting(place, pools) {
  for (const pool of pools) {
    const cell = place.querySelector(`[data-waiting="${pool.id}"]`);
    const { items, more } = await every("/assignments", { pool_id: pool.id, status: "SUBMITTED" }, 300);
    if (cell) cell.textContent = `${items.length}${more ? "+" : ""}`;
  }
}

export async function projectPage(main, id) {
  const [project, { items: pools }] = await Promise.all([call("GET", `/projects/${id}`), every("/pools", { project_id: id })]);
  document.title = `${project.public_name} · Sandbox`;
  const trouble = h("div", { "aria-live": "polite" });
  const options = { trouble, after: () => projectPage(main, id) };
  const spec = project.task_spec ?? {};
  const fields = (found) =>
    Object.entries(found ?? {})
      .map(([name, field]) => `${name}: ${field.type}`)
      .join(", ") || "none";
  fillElement(
    main,
    crumbs(["/requester/", "Projects"]),
    h(
      "header",
      { class: "row-between" },
      h("h1", {}, project.public_name),
      project.status === "ACTIVE"
        ? actionButton("Archive", () => act(`/projects/${id}/archive`), {
            ...options,
            kind: "danger",
            question: "An archived project cannot be used again. All its pools must be archived.",
          })
        : null,
    ),
    project.public_description ? h("p", { class: "lead" }, project.public_description) : null,
    h(
      "dl",
      { class: "facts" },
      [
        ["Status", statusBadge(project.status)],
        ["Id", project.id],
        ["Created", timeElement(project.created)],
        ["Task page", spec.view_spec?.type ?? "?"],
        ["Input", fields(spec.input_spec)],
        ["Output", fields(spec.output_spec)],
      ].map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
    ),
    trouble,
    h("h2", { class: "section-head" }, "Pools"),
    pools.length
      ? table(
          [["Name"], ["Id", "number"], ["Status"], ["Price", "number"], ["To review", "number"], ["Last started"]],
          pools.reverse().map((pool) => poolRow(project, pool)),
        )
      : h("div", { class: "empty" }, h("p", {}, "This project has no pools yet.")),
  );
  countWaiting(main, pools.slice(0, 50)).catch((error) => fillElement(trouble, errorNotice(error.message)));
}
