// Open tasks: a card a pool, and the tasks already in hand above them.
import { ICONS, errorNotice, fillElement, h, icon } from "../dom.js";
import { duration, money } from "../format.js";
import { assignments, openPools, take } from "./api.js";

const REFRESH = 10000; // milliseconds between looks at the platform

function meta(pool) {
  return h(
    "ul",
    { class: "card-meta" },
    h("li", {}, icon(...ICONS.clock), `${duration(pool.assignment_max_duration_seconds)} for a task`),
    h("li", {}, icon(...ICONS.person), pool.requester_name || "Requester"),
  );
}

function price(pool) {
  if (pool.type === "TRAINING")
    return h(
      "p",
      { class: "price practice" },
      "Training",
      h("span", { class: "visually-hidden" }, ", "),
      h("span", { class: "unit" }, "unpaid"),
    );
  return h("p", { class: "price" }, money(pool.reward), h("span", { class: "unit" }, "per task"));
}

function poolCard(pool, onTake) {
  const title = pool.public_name || `Project ${pool.project_id}`;
  const training = pool.type === "TRAINING";
  return h(
    "article",
    { class: "card pool", "data-pool-id": pool.pool_id, "data-type": pool.type ?? null },
    h(
      "div",
      { class: "pool-head" },
      h("h2", {}, title, pool.may_contain_adult_content ? h("span", { class: "adult", title: "May contain adult content" }, "18+") : null),
      price(pool),
    ),
    h("p", { class: "pool-text" }, pool.public_description || "The requester wrote no description."),
    h(
      "div",
      { class: "pool-foot" },
      meta(pool),
      h(
        "button",
        {
          class: "button primary",
          type: "button",
          "aria-label": `${training ? "Practise" : "Start"}: ${title}`,
          onclick: (event) => onTake(pool, event.currentTarget),
        },
        training ? "Practise" : "Start",
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
  const refusal = h("div", { "aria-live": "polite" }); // why the last Start did not work
  const trouble = h("div", { "aria-live": "polite" }); // why the list cannot be read
  const place = h("div", { class: "loading", "aria-busy": "true" }, "Looking for tasks…");
  let shown = "";

  async function onTake(pool, button) {
    button.disabled = true;
    fillElement(refusal);
    try {
      await takeFrom(pool.pool_id, go);
    } catch (error) {
      fillElement(refusal, errorNotice(error.message));
      refusal.scrollIntoView({ block: "center" });
      redraw();
    }
  }

  function draw(pools, active) {
    place.className = "";
    place.removeAttribute("aria-busy");
    const cards = pools.map((pool) => poolCard(pool, onTake));
    const nothing = active.length ? null : emptyState(redraw);
    fillElement(place, inHand(active), cards.length ? h("div", { class: "cards" }, cards) : nothing);
  }

  // New pools and freed tasks show up by themselves; nothing is redrawn while nothing changed.
  async function refresh() {
    try {
      const [pools, active] = await Promise.all([openPools(), assignments("ACTIVE")]);
      const now = JSON.stringify([pools, active.map((assignment) => assignment.id)]);
      if (now !== shown) draw(pools, active);
      shown = now;
      fillElement(trouble);
    } catch (error) {
      fillElement(trouble, errorNotice(error.message, { label: "Try again", run: redraw }));
    }
  }

  function redraw() {
    shown = "";
    return refresh();
  }

  const look = () => {
    fillElement(refusal);
    redraw();
  };
  const button = h("button", { class: "button small", type: "button", onclick: look }, icon(...ICONS.refresh), "Refresh");
  const head = h("header", { class: "page-head row-between" }, h("h1", {}, "Open tasks"), button);
  fillElement(main, head, refusal, trouble, place);
  refresh();
  const timer = setInterval(() => {
    if (!document.hidden) refresh();
  }, REFRESH);
  return () => clearInterval(timer);
}
