// Quality rules and audience filters in words.
import { h } from "../dom.js";

const COLLECTORS = {
  SKIPPED_IN_ROW_ASSIGNMENTS: "Pages skipped in a row",
  ANSWER_COUNT: "Number of answers",
  ASSIGNMENT_SUBMIT_TIME: "Fast answers",
  ACCEPTANCE_RATE: "Share of accepted work",
  GOLDEN_SET: "Control and training tasks",
  MAJORITY_VOTE: "Agreement with the majority",
  TRAINING: "Training tasks",
  INCOME: "Income of the last day",
  CAPTCHA: "Captcha",
  USERS_ASSESSMENT: "Restricted Tolokers",
  ASSIGNMENTS_ASSESSMENT: "Reviewed work",
};
const SIGNS = {
  EQ: "is",
  NE: "is not",
  GT: "is more than",
  GTE: "is at least",
  LT: "is less than",
  LTE: "is at most",
  IN: "includes",
  NOT_IN: "does not include",
};
const SCOPES = { POOL: "the pool", PROJECT: "the project", ALL_PROJECTS: "all projects" };

const plain = (word) =>
  String(word ?? "")
    .replaceAll("_", " ")
    .toLowerCase();
const several = (number, word) => `${number} ${word}${Number(number) === 1 ? "" : "s"}`;

const ACTIONS = {
  RESTRICTION: ({ scope, duration_days: days }) =>
    `close ${SCOPES[scope] ?? scope} to the Toloker ${days ? `for ${several(days, "day")}` : "for good"}`,
  RESTRICTION_V2: ({ scope, duration, duration_unit: unit }) =>
    `close ${SCOPES[scope] ?? scope} to the Toloker ${unit === "PERMANENT" || !duration ? "for good" : `for ${several(duration, plain(unit).replace(/s$/, ""))}`}`,
  SET_SKILL: ({ skill_id: id, skill_value: value }) => `set skill ${id} to ${value}`,
  SET_SKILL_FROM_OUTPUT_FIELD: ({ skill_id: id, from_field: field }) => `set skill ${id} to the ${plain(field)}`,
  CHANGE_OVERLAP: ({ delta, open_pool: open }) => `give the tasks to ${several(delta, "more Toloker")}${open ? " and open the pool" : ""}`,
  APPROVE_ALL_ASSIGNMENTS: () => "accept all of the Toloker's work in this pool",
  REJECT_ALL_ASSIGNMENTS: ({ public_comment: comment }) =>
    `reject all of the Toloker's work in this pool${comment ? `: “${comment}”` : ""}`,
};

function condition({ key, operator, value }) {
  const unit = /rate$/.test(key ?? "") ? " %" : "";
  return `${plain(key)} ${SIGNS[operator] ?? operator} ${typeof value === "string" ? plain(value) : value}${unit}`;
}

function action({ type, parameters = {} }) {
  return Object.hasOwn(ACTIONS, type ?? "") ? ACTIONS[type](parameters) : `${plain(type)} ${JSON.stringify(parameters)}`;
}

function collector({ type, parameters = {} }) {
  const more = Object.entries(parameters)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${plain(name)} ${Array.isArray(value) ? value.map((one) => one?.name ?? one).join(", ") : value}`);
  return `${COLLECTORS[type] ?? plain(type)}${more.length ? ` (${more.join("; ")})` : ""}`;
}

/** The rules of a pool's quality_control as a list, or null. */
export function qualityRules(quality) {
  const configs = quality?.configs ?? [];
  if (!configs.length) return null;
  return h(
    "ul",
    { class: "rules" },
    configs.map((config) =>
      h(
        "li",
        {},
        h("strong", {}, collector(config.collector_config ?? {})),
        (config.rules ?? []).map((rule) =>
          h("p", {}, `If ${(rule.conditions ?? []).map(condition).join(" and ")}: ${action(rule.action ?? {})}.`),
        ),
      ),
    ),
  );
}

/** A filter in words, or "everybody". */
export function audience(filter) {
  if (!filter) return "everybody";
  const inner = (node, top) => {
    const word = ["and", "or"].find((one) => node[one]);
    if (!word) {
      const name = node.category === "skill" ? `skill ${node.key}` : plain(node.key);
      return node.value === null
        ? `${node.operator === "EQ" ? "no" : "has"} ${name}`
        : `${name} ${SIGNS[node.operator] ?? node.operator} ${node.value}`;
    }
    const parts = node[word].map((child) => inner(child, false));
    if (!parts.length) return "everybody";
    return parts.length === 1 || top ? parts.join(` ${word} `) : `(${parts.join(` ${word} `)})`;
  };
  return inner(filter, true);
}
