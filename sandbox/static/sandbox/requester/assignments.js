// Work of Tolokers in a pool or a training: the list by status, and the decision about each.
import { ask, errorNotice, fillElement, h, toast } from "../dom.js";
import { duration, moment, money, timeElement } from "../format.js";
import { badge, since } from "../status.js";
import { answers } from "./answers.js";
import { call } from "./api.js";
import { facts, inPages, nothing, table } from "./parts.js";

const ORDER = ["SUBMITTED", "ACTIVE", "ACCEPTED", "REJECTED", "SKIPPED", "EXPIRED"];
const PAGE = 50;

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

const QUESTIONS = {
  ACCEPTED: (price) => ["Accept this work?", `${price} and the fee are charged.`, "Accept", false],
  REJECTED: () => ["Reject this work?", "Nothing is charged. The Toloker may appeal for 7 days.", "Reject", true],
};

async function review(assignment, status, { trouble, after }) {
  const comment = await askComment(...QUESTIONS[status](money(assignment.reward)));
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

async function acceptAll(waiting, { trouble, after }) {
  const sum = waiting.reduce((all, one) => all + Number(one.reward ?? 0), 0);
  const sure = await ask({
    title: `Accept all ${waiting.length}?`,
    content: h("p", {}, `${money(sum)} and the fees are charged. Accepted work cannot be rejected any more.`),
    actions: [
      { label: "Cancel", value: false, autofocus: true },
      { label: "Accept all", kind: "primary", value: true },
    ],
  });
  if (!sure) return;
  fillElement(trouble);
  let done = 0;
  let stopped = null;
  for (const assignment of waiting) {
    try {
      await call("PATCH", `/assignments/${assignment.id}`, { status: "ACCEPTED", public_comment: "" });
      done += 1;
    } catch (error) {
      stopped = error;
      break;
    }
  }
  toast(`${done} of ${waiting.length} accepted.`);
  await after();
  if (stopped) fillElement(trouble, errorNotice(stopped.message));
}

function reviewButtons(assignment, options) {
  const button = (label, status, kind) =>
    h("button", { class: `button small ${kind}`, type: "button", onclick: () => review(assignment, status, options) }, label);
  const accept = button("Accept", "ACCEPTED", "primary");
  if (assignment.status === "SUBMITTED") return h("div", { class: "row" }, accept, button("Reject", "REJECTED", ""));
  return assignment.status === "REJECTED" ? accept : null;
}

function row(assignment, project, options) {
  const spent = assignment.submitted ? (moment(assignment.submitted) - moment(assignment.created)) / 1000 : null;
  return h(
    "tr",
    { "data-assignment-id": assignment.id },
    h(
      "td",
      {},
      badge(assignment.status),
      h("div", { class: "hint" }, timeElement(since(assignment))),
      spent === null ? null : h("div", { class: "hint" }, `after ${duration(Math.max(1, spent))}`),
    ),
    h(
      "td",
      {},
      h("div", { class: "mono" }, assignment.id),
      h(
        "div",
        { class: "hint" },
        "Toloker ",
        h("a", { class: "mono", href: `/requester/messages/to/${assignment.user_id}`, title: "Write to this Toloker" }, assignment.user_id),
      ),
    ),
    h(
      "td",
      {},
      answers(assignment, project),
      assignment.public_comment ? h("p", { class: "hint" }, `Comment: ${assignment.public_comment}`) : null,
    ),
    h("td", {}, reviewButtons(assignment, options)),
  );
}

const of = (items, status) => items.filter((assignment) => assignment.status === status);

/** What the work so far comes to, as facts. */
export function statistics(items) {
  const done = items.filter(({ submitted }) => submitted);
  const decided = of(items, "ACCEPTED").length + of(items, "REJECTED").length;
  const seconds = done.reduce((sum, one) => sum + (moment(one.submitted) - moment(one.created)) / 1000, 0);
  const paid = of(items, "ACCEPTED").reduce((sum, one) => sum + Number(one.reward ?? 0), 0);
  return facts([
    ["Pages handed out", String(items.length)],
    ["Tolokers", String(new Set(items.map(({ user_id: id }) => id)).size)],
    ["Time per page, on average", done.length ? duration(Math.max(1, seconds / done.length)) : "none yet"],
    ["Accepted of the reviewed", decided ? `${Math.round((100 * of(items, "ACCEPTED").length) / decided)} %` : "none yet"],
    ["Paid, without fees", money(paid)],
  ]);
}

/** The list. `found`: {items, more}; `empty`: words for none; options: {trouble, after()}. */
export function assignmentList(found, project, empty, options) {
  if (!found.items.length) return nothing("", empty);
  const place = h("div");
  const present = ORDER.filter((status) => of(found.items, status).length);
  const waiting = of(found.items, "SUBMITTED");
  const chips = ["", ...present].map((status) =>
    h(
      "button",
      { class: "chip", type: "button", "aria-pressed": "false", onclick: () => show(status) },
      status ? badge(status) : "All",
      h("span", { class: "count" }, String(status ? of(found.items, status).length : found.items.length)),
    ),
  );
  const show = (wanted) => {
    chips.forEach((chip, index) => chip.setAttribute("aria-pressed", String(["", ...present][index] === wanted)));
    const chosen = wanted ? of(found.items, wanted) : found.items;
    const sorted = [...chosen].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || b.id.localeCompare(a.id));
    const list = (rows) => table([["Status"], ["Assignment"], ["Task and answer"], [""]], rows);
    fillElement(
      place,
      inPages(sorted, PAGE, (assignment) => row(assignment, project, options), list),
    );
  };
  show("");
  return h(
    "div",
    {},
    h(
      "div",
      { class: "row-between list-head" },
      h("div", { class: "chips", role: "group", "aria-label": "Show" }, chips),
      waiting.length > 1
        ? h(
            "button",
            { class: "button small", type: "button", onclick: () => acceptAll(waiting, options) },
            `Accept all ${waiting.length} in review`,
          )
        : null,
    ),
    place,
    found.more ? h("p", { class: "hint" }, `Only the first ${found.items.length} are shown.`) : null,
  );
}
