// condition.*: whether it holds for a task's state, given the value of the field that carries it.
import { resolve } from "./values.js";

const empty = (value) =>
  value === undefined ||
  value === null ||
  value === "" ||
  value === false ||
  (Array.isArray(value) && !value.length) ||
  (typeof value === "object" && !Array.isArray(value) && !Object.keys(value).length);

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

const CONDITIONS = {
  "condition.required": ({ value }) => !empty(value),
  "condition.empty": ({ value }) => empty(value),
  "condition.equals": ({ spec, value, state }) => same(value, resolve(spec.to, state)),
  "condition.not": ({ spec, state, field }) => !holds(spec.condition, state, field),
  "condition.all": ({ spec, state, field }) => (spec.conditions ?? []).every((one) => holds(one, state, field)),
  "condition.any": ({ spec, state, field }) => (spec.conditions ?? []).some((one) => holds(one, state, field)),
  "condition.contains": ({ spec, value, state }) => (value ?? []).includes(resolve(spec.data ?? spec.in, state)),
  "condition.less": ({ spec, value, state }) => Number(value) < Number(resolve(spec.then, state)),
  "condition.more": ({ spec, value, state }) => Number(value) > Number(resolve(spec.then, state)),
  "condition.sub-array": ({ spec, state }) =>
    (resolve(spec.data, state) ?? []).every((one) => (resolve(spec.parent, state) ?? []).some((other) => same(one, other))),
  "condition.same-domain": ({ spec, value, state }) => domain(value) !== null && domain(value) === domain(resolve(spec.original, state)),
  "condition.link-opened": ({ spec, state }) => state.opened.has(resolve(spec.url, state)),
};

function domain(url) {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, "") : null;
}

/** `field` is the data.output of the field being checked: the default for conditions that name no data. Unknown conditions hold. */
export function holds(spec, state, field = null) {
  if (!spec) return true;
  const known = spec.$ref ? resolve(spec, state) : spec;
  if (!Object.hasOwn(CONDITIONS, known.type)) return true;
  return CONDITIONS[known.type]({ spec: known, state, field, value: resolve(known.data ?? field, state) });
}

const WORDS = {
  "condition.required": "Answer this before you submit.",
  "condition.link-opened": "Open the link first.",
  "condition.equals": "This is not the value that is asked for.",
  "condition.same-domain": "The address must be on the same site.",
};

/** The sentence for a condition that does not hold: the requester's hint of the innermost one that fails, else ours. */
export function complaint(spec, state, field) {
  const inner = (spec.type === "condition.all" ? (spec.conditions ?? []) : []).find((one) => !holds(one, state, field));
  return spec.hint || (inner && complaint(inner, state, field)) || WORDS[spec.type] || "This answer is not complete yet.";
}
