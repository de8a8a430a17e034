// Earnings and standing: balance, money on review, visible skills, restrictions.
import { errorNotice, fillElement, h } from "../dom.js";
import { money, timeElement } from "../format.js";
import { account } from "./api.js";

const SCOPES = { ALL_PROJECTS: "all projects of a requester", PROJECT: "a project", POOL: "a pool" };

function skills(list) {
  if (!list?.length) return h("p", { class: "hint" }, "No skills that you may see. Requesters give them for good work, and may hide them.");
  return h(
    "ul",
    { class: "skills" },
    list.map((skill) =>
      h(
        "li",
        {},
        h("span", {}, skill.name),
        h("meter", { min: 0, max: 100, value: Number(skill.value), "aria-label": skill.name }),
        h("strong", {}, String(Math.round(Number(skill.value)))),
      ),
    ),
  );
}

function bonuses(list) {
  if (!list?.length) return h("p", { class: "hint" }, "None yet. A requester may add one for work that was especially good.");
  return h(
    "ul",
    { class: "bonuses" },
    list.map((bonus) =>
      h(
        "li",
        {},
        h("strong", { class: "bonus-amount" }, money(bonus.amount)),
        h(
          "div",
          {},
          bonus.public_title ? h("p", {}, inMine(bonus.public_title)) : h("p", { class: "hint" }, "Without a message"),
          bonus.public_message ? h("p", { class: "hint" }, inMine(bonus.public_message)) : null,
        ),
        timeElement(bonus.created),
      ),
    ),
  );
}

// Texts to Tolokers come as {"EN": …}: English if there is any, else the first.
const inMine = (text) => (typeof text === "string" ? text : (text?.EN ?? Object.values(text ?? {})[0] ?? ""));

function restrictions(list) {
  if (!list?.length) return h("p", { class: "hint" }, "None: you may work everywhere your profile fits.");
  return h(
    "ul",
    { class: "plain" },
    list.map((found) =>
      h(
        "li",
        {},
        `Closed to you: ${SCOPES[found.scope] ?? found.scope}`,
        found.project_id ? ` ${found.project_id}` : "",
        found.pool_id ? ` ${found.pool_id}` : "",
        ". ",
        found.will_expire ? ["Until ", timeElement(found.will_expire)] : "Without an end date.",
      ),
    ),
  );
}

/** The page `#/earnings`. */
export function earningsPage(main) {
  const place = h("div", { class: "loading", "aria-busy": "true" }, "Counting…");
  const show = () =>
    account()
      .then((answer) => {
        place.className = "";
        place.removeAttribute("aria-busy");
        fillElement(
          place,
          h(
            "div",
            { class: "figures" },
            h(
              "section",
              { class: "card figure" },
              h("h2", {}, "Balance"),
              h("p", { class: "amount" }, money(answer.balance)),
              h("p", { class: "hint" }, "Earned with accepted work, bonuses included. Play money."),
            ),
            h(
              "section",
              { class: "card figure" },
              h("h2", {}, "On review"),
              h("p", { class: "amount" }, money(answer.on_review)),
              h("p", { class: "hint" }, "Submitted and waiting for the requester."),
            ),
          ),
          h("section", { class: "card" }, h("h2", {}, "Bonuses"), bonuses(answer.bonuses)),
          h("section", { class: "card" }, h("h2", {}, "Skills"), skills(answer.skills)),
          h("section", { class: "card" }, h("h2", {}, "Restrictions"), restrictions(answer.restrictions)),
          h("p", { class: "hint" }, "Your Toloker id is ", h("code", {}, answer.id), ". Requesters see it next to your work."),
        );
      })
      .catch((error) => fillElement(place, errorNotice(error.message, { label: "Try again", run: show })));
  fillElement(main, h("header", { class: "page-head" }, h("h1", {}, "Earnings")), place);
  show();
  return () => {};
}
