// Pieces that several of the requester's pages are made of.
import { ask, errorNotice, fillElement, h, toast } from "../dom.js";

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
            closable: false,
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

/** [[name, value], …] as a list of facts. */
export const facts = (entries) =>
  h(
    "dl",
    { class: "facts" },
    entries.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );

/** Links to the parts of one page: [[key, label, count?], …]; `open(key)` shows one. The address keeps which in its hash. */
export function tabs(label, entries, open) {
  const wanted = location.hash.slice(1);
  const first = entries.find(([key]) => key === wanted)?.[0] ?? entries[0][0];
  const links = entries.map(([key, name, count]) =>
    h(
      "a",
      {
        href: `#${key}`,
        "aria-current": key === first ? "page" : null,
        onclick: (event) => {
          event.preventDefault();
          history.replaceState(null, "", `#${key}`);
          links.forEach((link) => link.removeAttribute("aria-current"));
          event.currentTarget.setAttribute("aria-current", "page");
          open(key);
        },
      },
      name,
      count === undefined ? null : h("span", { class: "count" }, String(count)),
    ),
  );
  queueMicrotask(() => open(first));
  return h("nav", { class: "tabs page-parts", "aria-label": label }, links);
}

/** The first `most` of `items` drawn by `draw(item)` into `list(rows)`, and a button for more. */
export function inPages(items, most, draw, list) {
  const place = h("div");
  let shown = most;
  const show = () =>
    fillElement(
      place,
      list(items.slice(0, shown).map(draw)),
      items.length > shown
        ? h(
            "p",
            { class: "more-rows" },
            h("span", { class: "hint" }, `${shown} of ${items.length} shown`),
            h(
              "button",
              {
                class: "button small",
                type: "button",
                onclick: () => {
                  shown += most;
                  show();
                },
              },
              "Show more",
            ),
          )
        : null,
    );
  show();
  return place;
}

/** A text by language, {"EN": …}: English, else the first there is. */
export const words = (text) => (typeof text === "string" ? text : (text?.EN ?? Object.values(text ?? {})[0] ?? ""));

export const nothing = (title, text) => h("div", { class: "empty" }, title ? h("h2", {}, title) : null, h("p", {}, text));
