// My work: every assignment this Toloker had, newest first, with what became of it; an appeal against a rejection.
import { ICONS, ask, errorNotice, fillElement, h, icon, toast } from "../dom.js";
import { moment, money, timeElement } from "../format.js";
import { badge, since } from "../status.js";
import { appeal, assignments, messages } from "./api.js";
import { serverNow } from "./clock.js";

const APPEAL_DAYS = 7; // Toloka: a Toloker may appeal for 7 days after a rejection
const TABS = {
  all: { label: "All", statuses: null },
  review: { label: "In review", statuses: ["SUBMITTED"] },
  accepted: { label: "Accepted", statuses: ["ACCEPTED"] },
  rejected: { label: "Rejected", statuses: ["REJECTED"] },
  skipped: { label: "Skipped", statuses: ["SKIPPED"] },
  expired: { label: "Expired", statuses: ["EXPIRED"] },
  hand: { label: "In hand", statuses: ["ACTIVE"] },
};
const PAGE = 30; // rows before "Show more"

function mayAppeal(assignment) {
  const rejected = moment(assignment.rejected);
  return assignment.status === "REJECTED" && (!rejected || serverNow() - rejected.getTime() < APPEAL_DAYS * 86400e3);
}

async function askAppeal(assignment, refresh) {
  const text = h("textarea", {
    rows: 5,
    maxlength: "2000",
    placeholder: "Say what you did and why it follows the instructions.",
    "aria-label": "Your appeal",
  });
  const trouble = h("p", { class: "field-error", role: "alert" });
  const wrote = await ask({
    title: "Appeal against the rejection",
    content: h(
      "div",
      {},
      h("p", {}, "The requester gets your message. They can still accept the work within 9 days of the rejection."),
      text,
      trouble,
    ),
    actions: [
      { label: "Cancel", value: false },
      { label: "Send appeal", kind: "primary", value: true },
    ],
    form: (value) => {
      if (value && !text.value.trim()) {
        trouble.textContent = "Write something first: an empty appeal helps nobody.";
        text.focus();
        return null;
      }
      return value;
    },
  });
  if (!wrote) return;
  try {
    await appeal(assignment.id, text.value.trim());
    toast("Your appeal was sent to the requester.");
    refresh();
  } catch (error) {
    toast(appealSentence(error));
  }
}

function appealSentence(error) {
  if (error.status === 404 || error.status === 501) return "This sandbox does not take appeals yet. Write to the requester in another way.";
  if (error.code === "INAPPROPRIATE_STATUS") return "The work is no longer rejected. Reload to see where it stands.";
  return error.message;
}

/** `appeals`: thread id by assignment. */
function row(assignment, appeals, refresh) {
  const thread = appeals.get(assignment.id);
  return h(
    "li",
    { class: "work", "data-assignment-id": assignment.id },
    h(
      "div",
      { class: "work-main" },
      badge(assignment.status),
      h(
        "div",
        { class: "work-name" },
        h("strong", {}, assignment.public_name ?? `Pool ${assignment.pool_id}`),
        h("span", { class: "hint mono" }, assignment.id),
      ),
      h("p", { class: "work-price" }, money(assignment.reward)),
      h("p", { class: "work-time" }, timeElement(since(assignment))),
    ),
    assignment.public_comment
      ? h(
          "blockquote",
          { class: `comment ${assignment.status === "REJECTED" ? "bad" : ""}` },
          h("span", { class: "hint" }, "The requester wrote"),
          h("p", {}, assignment.public_comment),
        )
      : null,
    assignment.status === "ACTIVE"
      ? h("p", {}, h("a", { class: "button small primary", href: `#/assignment/${assignment.id}` }, "Go on"))
      : null,
    thread
      ? h(
          "p",
          { class: "hint" },
          assignment.status === "REJECTED" ? "You appealed; the requester decides. " : "You appealed. ",
          h("a", { href: `#/messages/${thread}` }, "Read the messages"),
        )
      : mayAppeal(assignment)
        ? h("p", {}, h("button", { class: "button small", type: "button", onclick: () => askAppeal(assignment, refresh) }, "Appeal"))
        : null,
  );
}

/** The page `#/work`, or `#/work/<tab>`. */
export function workPage(main, { go }, chosen = "all") {
  const tab = Object.hasOwn(TABS, chosen) ? chosen : "all";
  // Made once: a link that is replaced while somebody presses it is not followed.
  const counts = Object.fromEntries(Object.keys(TABS).map((name) => [name, h("span", { class: "count" }, "")]));
  const tabs = h(
    "nav",
    { class: "tabs", "aria-label": "Kinds of work" },
    ...Object.entries(TABS).map(([name, { label }]) =>
      h("a", { href: name === "all" ? "#/work" : `#/work/${name}`, "aria-current": name === tab ? "page" : null }, label, counts[name]),
    ),
  );
  const place = h("div", { class: "loading", "aria-busy": "true" }, "Reading your work…");
  let shown = "";
  let most = PAGE;
  const draw = (all, threads) => {
    const appeals = new Map(threads.filter((thread) => thread.assignment_id).map((thread) => [thread.assignment_id, thread.id]));
    const now = JSON.stringify([all, [...appeals], most]);
    if (now === shown) return;
    shown = now;
    const newest = [...all].sort((a, b) => String(b.created).localeCompare(String(a.created)) || b.id.localeCompare(a.id));
    const of = (name) => newest.filter((assignment) => !TABS[name].statuses || TABS[name].statuses.includes(assignment.status));
    for (const name of Object.keys(TABS)) counts[name].textContent = String(of(name).length);
    place.className = "";
    place.removeAttribute("aria-busy");
    fillElement(
      place,
      of(tab).length
        ? h(
            "ul",
            { class: "works" },
            of(tab)
              .slice(0, most)
              .map((assignment) => row(assignment, appeals, redraw)),
          )
        : nothing(tab, go),
      of(tab).length > most ? more(of(tab).length) : null,
    );
  };
  const more = (all) =>
    h(
      "p",
      { class: "more-rows" },
      h("span", { class: "hint" }, `${most} of ${all} shown`),
      h(
        "button",
        {
          class: "button small",
          type: "button",
          onclick: () => {
            most += PAGE;
            redraw();
          },
        },
        "Show more",
      ),
    );
  const show = () => Promise.all([assignments(), messages()]).then(([all, threads]) => draw(all, threads));
  const redraw = () => {
    shown = "";
    return start();
  };
  const start = () => show().catch((error) => fillElement(place, errorNotice(error.message, { label: "Try again", run: redraw })));
  fillElement(
    main,
    h(
      "header",
      { class: "page-head row-between" },
      h("h1", {}, "My work"),
      h("button", { class: "button small", type: "button", onclick: redraw }, icon(...ICONS.refresh), "Refresh"),
    ),
    tabs,
    place,
  );
  start();
  const timer = setInterval(() => {
    if (!document.hidden) show().catch((error) => console.warn("refresh of my work:", error.message));
  }, 10000);
  return () => clearInterval(timer);
}

function nothing(tab) {
  return h(
    "div",
    { class: "empty" },
    h("h2", {}, tab === "all" ? "Nothing done yet" : "Nothing of this kind"),
    h(
      "p",
      {},
      tab === "all"
        ? "What you take, submit or skip is listed here with the requester's decision."
        : "Look under another heading, or take a task.",
    ),
    h("div", { class: "row" }, h("a", { class: "button primary", href: "#/" }, "Open tasks")),
  );
}
