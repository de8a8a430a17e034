// What stands in the place of a task that is over: submitted, or no longer in hand.
import { ICONS, errorNotice, fillElement, h, icon } from "../dom.js";
import { money } from "../format.js";
import { takeFrom } from "./pools.js";

// What became of a page: [heading, text], by its price.
const ENDINGS = {
  TRAINING: () => [
    "Practised: this page of the training is done",
    "What you answered right at once counts for the skill that other pools may ask for.",
  ],
  ACCEPTED: (price) => [`Accepted: you earned ${price}`, "This pool accepts solutions automatically."],
  SUBMITTED: (price) => ["Submitted, now in review", `${price} is on review and becomes yours when the requester accepts the work.`],
};

const links = () => [h("a", { class: "button", href: "#/" }, "Open tasks"), h("a", { class: "button", href: "#/work" }, "My work")];

export function donePage(main, assignment, status, go) {
  const trouble = h("div", { "aria-live": "polite" });
  const another = h("button", { class: "button primary", type: "button" }, "Take another one");
  another.addEventListener("click", async () => {
    another.disabled = true;
    try {
      await takeFrom(assignment.pool_id, go);
    } catch (error) {
      const last = error.code === "NO_TASKS_AVAILABLE";
      fillElement(trouble, errorNotice(last ? "That was the last task of this pool for you. Choose another pool." : error.message));
    }
  });
  const price = money(assignment.reward);
  const [title, text] = ENDINGS[assignment.type === "TRAINING" ? "TRAINING" : status](price);
  const heading = h("h1", { tabindex: "-1" }, title);
  const mark = h("span", { class: "big-mark" }, icon(...ICONS.check));
  fillElement(
    main,
    h("div", { class: "empty done" }, mark, heading, h("p", {}, text), trouble, h("div", { class: "row" }, another, links())),
  );
  heading.focus();
}

export function gonePage(main) {
  fillElement(
    main,
    h(
      "div",
      { class: "empty done" },
      h("h1", {}, "This task is not in your hands"),
      h("p", {}, "Its time ran out, or it was submitted or skipped before. A task that expires goes to another Toloker."),
      h("div", { class: "row" }, links()),
    ),
  );
}
