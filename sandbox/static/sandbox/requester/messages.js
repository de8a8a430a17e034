// Message threads: the folders, one conversation with an answer, and a new message to one Toloker or to all who worked here.
import { errorNotice, fillElement, h, toast } from "../dom.js";
import { timeElement } from "../format.js";
import { call, every } from "./api.js";
import { crumbs, inPages, nothing, words } from "./parts.js";

const FOLDERS = { INBOX: "Inbox", OUTBOX: "Sent", IMPORTANT: "Important", AUTOMATIC_NOTIFICATION: "Automatic" };
const PAGE = 50;

const newest = (thread) => thread.messages?.[0] ?? { text: {}, created: thread.created };

function whom(thread) {
  const people = (thread.interlocutors ?? []).filter(({ role }) => role === "USER");
  if (people.length === 1) return ["Toloker ", h("span", { class: "mono" }, people[0].id)];
  return people.length ? `${people.length} Tolokers` : "All Tolokers";
}

function entry(thread) {
  const unread = thread.folders?.includes("UNREAD");
  return h(
    "li",
    { class: unread ? "unread" : "" },
    h(
      "a",
      { href: `/requester/messages/${thread.id}` },
      h(
        "span",
        { class: "row-between" },
        h("strong", {}, words(thread.topic) || "Without a topic"),
        unread ? h("span", { class: "badge info" }, "New") : null,
      ),
      h("span", { class: "hint one-line" }, words(newest(thread).text)),
      h("span", { class: "hint" }, whom(thread), " · ", timeElement(newest(thread).created), thread.meta?.assignment_id ? " · appeal" : ""),
    ),
  );
}

export async function messagesPage(main) {
  const { items, more } = await every("/message-threads", {}, 1000);
  const wanted = new URLSearchParams(location.search).get("folder");
  const folder = Object.hasOwn(FOLDERS, wanted ?? "") ? wanted : "INBOX";
  const of = (name) => items.filter(({ folders }) => folders?.includes(name));
  const found = of(folder).sort((a, b) => String(newest(b).created).localeCompare(String(newest(a).created)));
  const tab = ([name, label]) =>
    h(
      "a",
      { href: `/requester/messages?folder=${name}`, "aria-current": name === folder ? "page" : null },
      label,
      h("span", { class: "count" }, String(of(name).length)),
    );
  document.title = "Messages · Sandbox";
  fillElement(
    main,
    h(
      "header",
      { class: "page-head row-between" },
      h("h1", {}, "Messages"),
      h("a", { class: "button primary", href: "/requester/messages/new" }, "Write"),
    ),
    h("nav", { class: "tabs", "aria-label": "Folders" }, Object.entries(FOLDERS).map(tab)),
    found.length
      ? inPages(found, PAGE, entry, (rows) => h("ul", { class: "threads" }, rows))
      : nothing("", folder === "INBOX" ? "Nobody wrote to you. Appeals of Tolokers come here." : "This folder is empty."),
    more ? h("p", { class: "hint" }, "There are more; only the first are shown.") : null,
  );
}

function bubble(message) {
  const mine = message.from?.myself;
  return h(
    "li",
    { class: `bubble ${mine ? "mine" : ""}` },
    h(
      "p",
      { class: "hint" },
      mine ? "You" : ["Toloker ", h("span", { class: "mono" }, message.from?.id ?? "")],
      " ",
      timeElement(message.created),
    ),
    h("p", { class: "bubble-text" }, words(message.text)),
  );
}

function replyForm(thread, after) {
  const text = h("textarea", {
    rows: 4,
    required: true,
    maxlength: "10000",
    "aria-label": "Your answer",
    placeholder: "Write to the Toloker",
  });
  const trouble = h("div", { "aria-live": "polite" });
  const send = async (event) => {
    event.preventDefault();
    try {
      await call("POST", `/message-threads/${thread.id}/reply`, { text: { EN: text.value.trim() } });
      toast("Your answer was sent.");
      await after();
    } catch (error) {
      fillElement(trouble, errorNotice(error.message));
    }
  };
  return h(
    "form",
    { class: "answer", onsubmit: send },
    trouble,
    text,
    h("div", {}, h("button", { class: "button primary", type: "submit" }, "Send")),
  );
}

async function aboutWork(id) {
  const assignment = await call("GET", `/assignments/${id}`);
  const pool = await call("GET", `/pools/${assignment.pool_id}`);
  return h(
    "p",
    {},
    "About the work ",
    h("a", { href: `/requester/project/${pool.project_id}/pool/${pool.id}` }, h("span", { class: "mono" }, id)),
    ` (${assignment.status.toLowerCase()}) in ${pool.private_name}.`,
  );
}

export async function threadPage(main, id) {
  const thread = await call("GET", `/message-threads/${id}`);
  if (thread.folders?.includes("UNREAD")) await call("POST", `/message-threads/${id}/remove-from-folders`, { folders: ["UNREAD"] });
  const about = h("div", { class: "about" });
  document.title = `${words(thread.topic)} · Sandbox`;
  fillElement(
    main,
    crumbs(["/requester/messages", "Messages"]),
    h(
      "header",
      { class: "page-head" },
      h("h1", {}, words(thread.topic) || "Without a topic"),
      h("p", { class: "hint" }, "With ", whom(thread)),
    ),
    about,
    h(
      "div",
      { class: "card conversation" },
      h("ol", { class: "bubbles" }, [...(thread.messages ?? [])].reverse().map(bubble)),
      replyForm(thread, () => threadPage(main, id)),
    ),
  );
  if (thread.meta?.assignment_id) fillElement(about, await aboutWork(thread.meta.assignment_id));
}

/** `user`: a Toloker's id, or "" for a form that asks. */
export async function composePage(main, user) {
  const trouble = h("div", { "aria-live": "polite" });
  const to = h("input", { name: "to", value: user, spellcheck: false, placeholder: "Leave empty to write to all who worked for you" });
  const topic = h("input", { name: "topic", required: true, maxlength: "250" });
  const text = h("textarea", { rows: 7, required: true, maxlength: "10000" });
  const answerable = h("input", { type: "checkbox", checked: true });
  const field = (label, control, hint = null) =>
    h("label", { class: "field" }, h("span", { class: "field-label" }, label), control, hint ? h("span", { class: "hint" }, hint) : null);
  const send = async (event) => {
    event.preventDefault();
    const ids = to.value.split(/[\s,;]+/).filter(Boolean);
    const recipients = ids.length ? { recipients_select_type: "DIRECT", recipients_ids: ids } : { recipients_select_type: "ALL" };
    try {
      const made = await call("POST", "/message-threads/compose", {
        ...recipients,
        topic: { EN: topic.value.trim() },
        text: { EN: text.value.trim() },
        answerable: answerable.checked,
      });
      location.assign(`/requester/messages/${made.id}`);
    } catch (error) {
      fillElement(trouble, errorNotice(error.message));
    }
  };
  document.title = "New message · Sandbox";
  fillElement(
    main,
    crumbs(["/requester/messages", "Messages"]),
    h("header", { class: "page-head" }, h("h1", {}, "New message")),
    h(
      "form",
      { class: "card message-form", onsubmit: send },
      trouble,
      field("To (Tolokers' ids)", to),
      field("Topic", topic),
      field("Text", text),
      h("label", { class: "check" }, answerable, h("span", {}, "They may answer")),
      h("div", {}, h("button", { class: "button primary", type: "submit" }, "Send")),
    ),
  );
  (user ? topic : to).focus();
}
