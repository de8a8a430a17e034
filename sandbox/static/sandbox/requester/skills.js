// Skills, and one skill with the Tolokers who have it; a value can be set or taken away by hand.
import { errorNotice, fillElement, h, toast } from "../dom.js";
import { timeElement } from "../format.js";
import { call, every } from "./api.js";
import { actionButton, crumbs, facts, inPages, nothing, table, words } from "./parts.js";

const PAGE = 50;

function skillRow(skill) {
  return h(
    "tr",
    {},
    h(
      "td",
      {},
      h("a", { href: `/requester/quality/skill/${skill.id}` }, skill.name),
      skill.public_name ? h("div", { class: "hint" }, words(skill.public_name)) : null,
    ),
    h("td", { class: "number" }, skill.id),
    h("td", {}, skill.hidden ? "hidden" : "Tolokers see it"),
    h("td", {}, skill.training ? "by a training" : "by rules or by hand"),
    h("td", {}, timeElement(skill.created)),
  );
}

export async function skillsPage(main) {
  const { items } = await every("/skills");
  document.title = "Skills · Sandbox";
  fillElement(
    main,
    h("header", { class: "page-head" }, h("h1", {}, "Skills")),
    items.length
      ? table([["Name"], ["Id", "number"], ["Seen"], ["Set"], ["Created"]], items.reverse().map(skillRow))
      : nothing(
          "No skills yet",
          "A skill is a number from 0 to 100 that you give to Tolokers. Your application makes one through the API.",
        ),
  );
}

function valueRow(value, options) {
  return h(
    "tr",
    { "data-user-id": value.user_id },
    h("td", {}, h("a", { class: "mono", href: `/requester/messages/to/${value.user_id}`, title: "Write to this Toloker" }, value.user_id)),
    h("td", {}, h("meter", { min: 0, max: 100, value: Number(value.value), "aria-label": "Value" })),
    h("td", { class: "number" }, String(value.exact_value ?? value.value)),
    h("td", {}, timeElement(value.modified)),
    h(
      "td",
      {},
      actionButton("Take away", () => call("DELETE", `/user-skills/${value.id}`), {
        ...options,
        question: "The Toloker has the skill no longer. A rule may set it again.",
      }),
    ),
  );
}

function valueForm(skill, options) {
  const user = h("input", {
    name: "user",
    required: true,
    pattern: "\\s*[0-9a-f]{32}\\s*",
    title: "A Toloker's id: 32 characters, 0-9 and a-f",
    spellcheck: false,
  });
  const value = h("input", { name: "value", type: "number", min: "0", max: "100", step: "any", required: true });
  const field = (label, control) => h("label", { class: "field" }, h("span", { class: "field-label" }, label), control);
  const send = async (event) => {
    event.preventDefault();
    fillElement(options.trouble);
    try {
      await call("PUT", "/user-skills", { skill_id: skill.id, user_id: user.value.trim(), value: Number(value.value) });
      toast("The value was set.");
      await options.after();
    } catch (error) {
      fillElement(options.trouble, errorNotice(error.message));
    }
  };
  return h(
    "form",
    { class: "card inline-form", onsubmit: send },
    field("Toloker's id", user),
    field("Value, 0 to 100", value),
    h("button", { class: "button primary", type: "submit" }, "Set"),
  );
}

export async function skillPage(main, id) {
  const [skill, { items: values, more }] = await Promise.all([call("GET", `/skills/${id}`), every("/user-skills", { skill_id: id })]);
  const trouble = h("div", { "aria-live": "polite" });
  const options = { trouble, after: () => skillPage(main, id) };
  const mean = values.reduce((sum, one) => sum + Number(one.exact_value ?? one.value), 0) / (values.length || 1);
  const sorted = values.sort((a, b) => Number(b.value) - Number(a.value));
  document.title = `${skill.name} · Sandbox`;
  fillElement(
    main,
    crumbs(["/requester/skills", "Skills"]),
    h(
      "header",
      { class: "page-head" },
      h("h1", {}, skill.name),
      skill.private_comment ? h("p", { class: "lead" }, skill.private_comment) : null,
    ),
    facts([
      ["Id", skill.id],
      ["Seen", skill.hidden ? "hidden from Tolokers" : `by Tolokers${skill.public_name ? `, as “${words(skill.public_name)}”` : ""}`],
      ["Fades", skill.skill_ttl_hours ? `${skill.skill_ttl_hours} h after its last change` : "never"],
      ["Tolokers", `${values.length}${more ? "+" : ""}`],
      ["On average", values.length ? mean.toFixed(1) : "–"],
    ]),
    trouble,
    valueForm(skill, options),
    h("h2", { class: "section-head" }, "Tolokers who have it"),
    sorted.length
      ? inPages(
          sorted,
          PAGE,
          (value) => valueRow(value, options),
          (rows) => table([["Toloker"], [""], ["Value", "number"], ["Changed"], [""]], rows),
        )
      : nothing("", "Nobody yet."),
  );
}
