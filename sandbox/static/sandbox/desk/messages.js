// Messages: what requesters wrote, this Toloker's appeals, and the answers. One conversation at a time is open.
import { ICONS, errorNotice, fillElement, h, icon, toast } from "../dom.js";
import { moment, timeElement } from "../format.js";
import { messages, reply } from "./api.js";

const REFRESH = 15000; // milliseconds

/** A text by language, {"EN": …}, or one that the platform has chosen already. */
const words = (text) => (typeof text === "string" ? text : (text?.EN ?? Object.values(text ?? {})[0] ?? ""));
const newest = (thread) => thread.messages.at(-1) ?? { text: "", created: thread.created };

function answerForm(thread, done) {
  const text = h("textarea", {
    rows: 4,
    maxlength: "4096",
    required: true,
    "aria-label": "Your answer",
    placeholder: "Write to the requester",
  });
  const trouble = h("div", { "aria-live": "polite" });
  const button = h("button", { class: "button primary", type: "submit" }, "Send");
  const send = async (event) => {
    event.preventDefault();
    if (!text.value.trim()) {
      fillElement(trouble, errorNotice("Write something first."));
      text.focus();
      return;
    }
    button.disabled = true;
    try {
      await reply(thread.id, text.value.trim());
      toast("Your answer was sent.");
      await done();
    } catch (error) {
      fillElement(trouble, errorNotice(error.message));
      button.disabled = false;
    }
  };
  return h("form", { class: "answer", onsubmit: send }, trouble, text, h("div", {}, button));
}

function said(message) {
  const mine = message.from === "me";
  return h(
    "li",
    { class: `bubble ${mine ? "mine" : ""}` },
    h("p", { class: "hint" }, h("span", {}, mine ? "You" : "Requester"), " ", timeElement(message.created)),
    h("p", { class: "bubble-text" }, words(message.text)),
  );
}

function conversation(thread, done) {
  return h(
    "article",
    { class: "card conversation", "aria-label": words(thread.topic) },
    h("h2", {}, words(thread.topic)),
    h(
      "p",
      { class: "hint" },
      thread.requester_name ? `With ${thread.requester_name}` : "With the requester",
      thread.assignment_id
        ? [", about ", h("a", { href: "#/work" }, "your work"), " ", h("span", { class: "mono" }, thread.assignment_id)]
        : null,
    ),
    h("ol", { class: "bubbles" }, thread.messages.map(said)),
    thread.answerable ? answerForm(thread, done) : h("p", { class: "hint" }, "The requester takes no answers to this message."),
  );
}

function entry(thread, open) {
  return h(
    "li",
    {},
    h(
      "a",
      { href: `#/messages/${thread.id}`, "aria-current": open ? "true" : null },
      h("strong", {}, words(thread.topic)),
      h("span", { class: "hint one-line" }, words(newest(thread).text)),
      h("span", { class: "hint" }, thread.requester_name ?? "Requester", " · ", timeElement(newest(thread).created)),
    ),
  );
}

function nothing() {
  return h(
    "div",
    { class: "empty" },
    h("h2", {}, "No messages"),
    h(
      "p",
      {},
      "What requesters write to you stands here, and so do your appeals. An appeal is written in ",
      h("a", { href: "#/work/rejected" }, "My work"),
      ".",
    ),
  );
}

/** The page `#/messages` or `#/messages/<thread>`. */
export function messagesPage(main, _, chosen = "") {
  const place = h("div", { class: "loading", "aria-busy": "true" }, "Reading your messages…");
  const trouble = h("div", { "aria-live": "polite" });
  let shown = "";
  const draw = (items) => {
    const now = JSON.stringify(items);
    if (now === shown) return;
    shown = now;
    const threads = [...items].sort((a, b) => moment(newest(b).created) - moment(newest(a).created));
    const open = threads.find(({ id }) => id === chosen) ?? threads[0];
    place.className = "";
    place.removeAttribute("aria-busy");
    fillElement(
      place,
      open
        ? h(
            "div",
            { class: `mail ${chosen ? "chosen" : ""}` },
            h(
              "ul",
              { class: "threads", "aria-label": "Conversations" },
              threads.map((thread) => entry(thread, thread === open)),
            ),
            conversation(open, redraw),
          )
        : nothing(),
    );
  };
  const show = async () => {
    try {
      draw(await messages());
      fillElement(trouble);
    } catch (error) {
      fillElement(trouble, errorNotice(error.message, { label: "Try again", run: redraw }));
    }
  };
  const redraw = () => {
    shown = "";
    return show();
  };
  fillElement(
    main,
    h(
      "header",
      { class: "page-head row-between" },
      h("h1", {}, "Messages"),
      h("button", { class: "button small", type: "button", onclick: redraw }, icon(...ICONS.refresh), "Refresh"),
    ),
    trouble,
    place,
  );
  show();
  // While an answer is being written nothing is redrawn under it.
  const timer = setInterval(() => {
    if (!document.hidden && !place.querySelector("textarea")?.value) show();
  }, REFRESH);
  return () => clearInterval(timer);
}
