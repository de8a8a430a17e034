// One pool: its state, its buttons, and every assignment with the answers; accept and reject by hand.
import { ask, errorNotice, fillElement, h } from "../dom.js";
import { duration, money, timeElement } from "../format.js";
import { badge, since } from "../status.js";
import { act, call, every } from "./api.js";
import { actionButton, crumbs, statusBadge, table } from "./projects.js";

const ORDER = ["SUBMITTED", "ACTIVE", "ACCEPTED", "REJECTED", "SKIPPED", "EXPIRED"];

function poolButtons(pool, options) {
  const open = () => act(`/pools/${pool.id}/open`);
  const close = () => act(`/pools/${pool.id}/close`);
  const archive = () => act(`/pools/${pool.id}/archive`);
  if (pool.status === "OPEN") return [actionButton("Close", close, options)];
  if (pool.status !== "CLOSED") return [];
  return [
    actionButton("Open", open, { ...options, kind: "primary" }),
    actionButton("Archive", archive, {
      ...options,
      kind: "danger",
      question: "An archived pool cannot be opened again, and its work cannot be reviewed any more.",
    }),
  ];
}

/** Ask for the comment (`needed` for a rejection); gives the text or null. */
async function askComment(title, note, label, needed) {
  const text = h("textarea", {
    rows: 4,
    maxlength: "2048",
    "aria-label": "Comment for the Toloker",
    placeholder: needed ? "What is wrong with the work?" : "Optional",
  });
  const trouble = h("p", { class: "field-error", role: "alert" });
  const sure = await ask({
    title,
    content: h("div", {}, h("p", {}, note), text, trouble),
    actions: [
      { label: "Cancel", value: false },
      { label, kind: needed ? "danger" : "primary", value: true },
    ],
    form: (value) => {
      if (!value || !needed || text.value.trim()) return value;
      trouble.textContent = "Write why: the Toloker reads it and may appeal.";
      text.focus();
      return null;
    },
  });
  return sure ? text.value.trim() : null;
}

async function review(assignment, status, { trouble, after }) {
  const comment =
    status === "ACCEPTED"
      ? await askComment("Accept this work?", `${money(assignment.reward)} and the fee are charged.`, "Accept", false)
      : await askComment("Reject this work?", "Nothing is charged. The Toloker may appeal for 7 days.", "Reject", true);
  if (comment === null) return;
  fillElement(trouble);
  try {
    await call("PATCH", `/assignments/${assignment.id}`, { status, public_comment: comment });
    await after();
  } catch (error) {
    fillElement(trouble, errorNotice(error.message));
    trouble.scrollIntoView({ block: "center" });
  }
}

function reviewButtons(assignment, options) {
  const accept = h(
    "button",
    { class: "button small primary", type: "button", onclick: () => review(assignment, "ACCEPTED", options) },
    "Accept",
  );
  const reject = h("button", { class: "button small", type: "button", onclick: () => review(assignment, "REJECTED", options) }, "Reject");
  if (assignment.status === "SUBMITTED") return h("div", { class: "row" }, accept, reject);
  return assignment.status === "REJECTED" ? accept : null;
}

function answers(assignment) {
  const shown = (assignment.tasks ?? []).map((task, index) => ({
    input: task.input_values,
    answer: assignment.solutions?.[index]?.output_values,
  }));
  return h(
    "pre",
    { class: "answers", tabindex: "0", "aria-label": "Task and answer" },
    shown.map(({ input, answer }) => `${lines(input)}\n→ ${answer ? lines(answer) : "no answer"}`).join("\n\n"),
  );
}

function lines(values) {
  return Object.entries(values ?? {})
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("\n");
}

function row(assignment, options) {
  return h(
    "tr",
    { "data-assignment-id": assignment.id },
    h("td", {}, badge(assignment.status), h("div", { class: "hint" }, timeElement(since(assignment)))),
    h(
      "td",
      {},
      h("div", { class: "mono" }, assignment.id),
      h("div", { class: "hint" }, "Toloker ", h("span", { class: "mono" }, assignment.user_id)),
    ),
    h("td", {}, answers(assignment), assignment.public_comment ? h("p", { class: "hint" }, `Comment: ${assignment.public_comment}`) : null),
    h("td", {}, reviewButtons(assignment, options)),
  );
}

export async function poolPage(main, projectId, id) {
  const [pool, found] = await Promise.all([call("GET", `/pools/${id}`), every("/assignments", { pool_id: id })]);
  const trouble = h("div", { "aria-live": "polite" });
  const options = { trouble, after: () => poolPage(main, projectId, id) };
  const counts = ORDER.map((status) => [status, found.items.filter((assignment) => assignment.status === status).length]).filter(
    ([, count]) => count,
  );
  const sorted = [...found.items].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || b.id.localeCompare(a.id));
  document.title = `${pool.private_name} · Sandbox`;
  fillElement(
    main,
    crumbs(["/requester/", "Projects"], [`/requester/project/${projectId}`, `Project ${projectId}`]),
    h("header", { class: "row-between" }, h("h1", {}, pool.private_name), h("div", { class: "row" }, poolButtons(pool, options))),
    h(
      "dl",
      { class: "facts" },
      [
        ["Status", statusBadge(pool.status)],
        ["Price", money(pool.reward_per_assignment)],
        ["Time for a task", duration(pool.assignment_max_duration_seconds ?? 0)],
        ["Acceptance", pool.auto_accept_solutions ? "automatic" : `by hand, ${pool.auto_accept_period_day ?? 21} days`],
        ["18+", pool.may_contain_adult_content ? "yes" : "no"],
        ["Last started", pool.last_started ? timeElement(pool.last_started) : "never"],
      ].map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
    ),
    trouble,
    h(
      "header",
      { class: "row section-head" },
      h("h2", {}, "Assignments"),
      counts.map(([status, count]) => h("span", { class: "row" }, badge(status), String(count))),
    ),
    sorted.length
      ? table(
          [["Status"], ["Assignment"], ["Task and answer"], [""]],
          sorted.slice(0, 300).map((assignment) => row(assignment, options)),
        )
      : h(
          "div",
          { class: "empty" },
          h(
            "p",
            {},
            pool.status === "OPEN" ? "Nobody has taken a task yet." : "Nobody has taken a task. Open the pool to show it to the crowd.",
          ),
        ),
    sorted.length > 300 || found.more
      ? h("p", { class: "hint" }, "Only the first 300 are shown; what waits for review comes first.")
      : null,
  );
}
