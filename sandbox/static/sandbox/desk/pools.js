// Open tasks: a card a pool, and the tasks already in hand above them.
import { ICONS, errorNotice, fillElement, h, icon } from "../dom.js";
import { duration, money } from "../format.js";
import { assignments, openPools, take } from "./api.js";

function meta(pool) {
  return h(
    "ul",
    { class: "card-meta" },
    h("li", {}, icon(...ICONS.clock), `${duration(pool.assignment_max_duration_seconds)} for a task`),
    h("li", {}, icon(...ICONS.person), pool.requester_name || "Requester"),
  );
}

function poolCard(pool, onTake) {
  const title = pool.public_name || `Project ${pool.project_id}`;
  return h(
    "article",
    { class: "card pool", "data-pool-id": pool.pool_id },
    h(
      "div",
      { class: "pool-head" },
      h("h2", {}, title, pool.may_contain_adult_content ? h("span", { class: "adult", title: "May contain adult content" }, "18+") : null),
      h("p", { class: "price" }, money(pool.reward), h("span", { class: "unit" }, "per task")),
    ),
    h("p", { class: "pool-text" }, pool.public_description || "The requester wrote no description."),
    h(
      "div",
      { class: "pool-foot" },
      meta(pool),
      h(
        "button",
        { class: "button primary", type: "button", "aria-label": `Start: ${title}`, onclick: (event) => onTake(pool, event.currentTarget) },
        "Start",
      ),
    ),
  );
}

function emptyState(reload) {
  return h(
    "div",
    { class: "empty" },
    h("h2", {}, "No tasks for this Toloker right now"),
    h(
      "ul",
      {},
      h("li", {}, "A pool shows up here when its requester starts it. Set one up in the application, press Start, and look again."),
      h("li", {}, "Its audience may leave this Toloker out: play as another one, or make one with another profile."),
      h("li", {}, "A Toloker gets each task only once: what you did, skipped or let expire does not come back to you."),
    ),
    h(
      "div",
      { class: "row" },
      h("button", { class: "button primary", type: "button", onclick: reload }, icon(...ICONS.refresh), "Look again"),
      h("a", { class: "button", href: "#/new" }, "New Toloker"),
    ),
  );
}

function inHand(active) {
  if (!active.length) return null;
  return h(
    "section",
    { class: "in-hand", "aria-label": "Tasks in hand" },
    active.map((assignment) =>
      h(
        "p",
        { class: "notice" },
        h(
          "span",
          {},
          "You have a task in hand: ",
          h("strong", {}, assignment.public_name ?? `pool ${assignment.pool_id}`),
          ` for ${money(assignment.reward)}.`,
        ),
        h("a", { class: "button small primary", href: `#/assignment/${assignment.id}` }, "Go on"),
      ),
    ),
  );
}

export async function takeFrom(poolId, go) {
  const assignment = await take(poolId);
  go(`#/assignment/${assignment.id}`);
}

/** The page `#/`. `go(hash)` moves on. Gives a function that stops the page's timer. */
export function poolsPage(main, { go }) {
  const trouble = h("div", { "aria-live": "polite" });
  const place = h("div", { class: "loading", "aria-busy": "true" }, "Looking for tasks…");
  const onTake = async (pool, button) => {
    button.disabled = true;
    fillElement(trouble);
    try {
      await takeFrom(pool.pool_id, go);
    } catch (error) {
      fillElement(trouble, errorNotice(error.message));
      trouble.scrollIntoView({ block: "center" });
      await show();
    }
  };
  let shown = "";
  async function show() {
    const [pools, active] = await Promise.all([openPools(), assignments("ACTIVE")]);
    const now = JSON.stringify([pools, active.map((assignment) => assignment.id)]);
    if (now === shown) return;
    shown = now;
    place.className = "";
    place.removeAttribute("aria-busy");
    fillElement(
      place,
      inHand(active),
      pools.length
        ? h(
            "div",
            { class: "cards" },
            pools.map((pool) => poolCard(pool, onTake)),
          )
        : active.length
          ? null
          : emptyState(reload),
    );
  }
  function reload() {
    shown = "";
    show().then(
      () => fillElement(trouble),
      (error) => fillElement(trouble, errorNotice(error.message, { label: "Try again", run: reload })),
    );
  }
  fillElement(
    main,
    h(
      "header",
      { class: "page-head row-between" },
      h("h1", {}, "Open tasks"),
      h("button", { class: "button small", type: "button", onclick: reload }, icon(...ICONS.refresh), "Refresh"),
    ),
    trouble,
    place,
  );
  reload();
  // New pools and freed tasks show up by themselves; nothing is redrawn while nothing changed.
  const timer = setInterval(() => {
    if (!document.hidden) show().catch((error) => fillElement(trouble, errorNotice(error.message)));
  }, 10000);
  return () => clearInterval(timer);
}
