// condition.*: whether it holds for a task's state, given the component that carries it.
import { fits } from "./schema.js";
import { resolve, unwrap } from "./values.js";

const missing = (value) => value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length);
const empty = (value) => missing(value) || (typeof value === "object" && !Array.isArray(value) && !Object.keys(value).length);
const same = (a, b) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
const many = (value) => (Array.isArray(value) ? value : []);

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

const CONDITIONS = {
  // Like the platform: "false" is an answer, and so is an object whose boxes are all unticked.
  "condition.required": ({ value }) => !missing(value),
  "condition.empty": ({ value }) => empty(value),
  "condition.equals": ({ spec, value, state }) => same(value, resolve(spec.to, state)),
  "condition.not": ({ spec, state, context }) => !holds(spec.condition, state, context),
  "condition.all": ({ spec, state, context }) => many(spec.conditions).every((one) => holds(one, state, context)),
  "condition.any": ({ spec, state, context }) => many(spec.conditions).some((one) => holds(one, state, context)),
  "condition.contains": ({ spec, value, state }) => {
    const [inside, wanted] = spec.in === undefined ? [value, resolve(spec.value, state)] : [resolve(spec.in, state), value];
    return typeof inside === "string" ? inside.includes(String(wanted)) : many(inside).some((one) => same(one, wanted));
  },
  "condition.less": ({ spec, value, state }) => Number(value) < Number(resolve(spec.then, state)),
  "condition.more": ({ spec, value, state }) => Number(value) > Number(resolve(spec.then, state)),
  "condition.schema": ({ spec, value }) => fits(value, spec.schema),
  "condition.sub-array": ({ spec, value, state }) => {
    const parent = resolve(spec.parent, state);
    return Array.isArray(value) && Array.isArray(parent) && value.every((one) => parent.some((other) => same(one, other)));
  },
  "condition.same-domain": ({ spec, value, state }) => domain(value) === domain(resolve(spec.original, state)),
  "condition.link-opened": ({ spec, state }) => state.opened.has(resolve(spec.url, state)),
  "condition.played": ({ state, context }) => state.media(context.slot).some((element) => element.dataset.played !== undefined),
  "condition.played-fully": ({ state, context }) => state.media(context.slot).some((element) => element.dataset.played === "fully"),
  "condition.distance": ({ spec, state }) => {
    const [from, to] = [resolve(spec.from, state), resolve(spec.to, state)].map(place);
    return from !== null && to !== null && metres(from, to) <= Number(resolve(spec.max, state));
  },
};

function domain(url) {
  return typeof url === "string" && URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, "") : url;
}

// "55.7,37.6" in degrees, or {lat, lon} / {latitude, longitude}.
function place(value) {
  const [latitude, longitude] =
    typeof value === "string"
      ? value.split(",").map(Number)
      : [Number(value?.lat ?? value?.latitude), Number(value?.lon ?? value?.longitude)];
  return Number.isFinite(latitude) && Number.isFinite(longitude) ? { latitude, longitude } : null;
}

const EARTH = 6371008.8; // metres, mean radius

function metres(a, b) {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const half = (from, to) => Math.sin(radians(to - from) / 2) ** 2;
  const root =
    half(a.latitude, b.latitude) + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * half(a.longitude, b.longitude);
  return 2 * EARTH * Math.asin(Math.sqrt(root));
}

function known(spec, state) {
  const found = typeof spec?.$ref === "string" ? state.at(spec.$ref) : spec;
  return unwrap(found, state)[0];
}

/**
 * Whether `spec` holds. `context`: {value, slot} of the component that carries it: the value that conditions without `data` look at, and the
 * element where played looks for media. Unknown conditions hold. A boolean (a condition that was computed already) says itself.
 */
export function holds(spec, state, context = {}) {
  if (spec === undefined || spec === null) return true;
  if (typeof spec === "boolean") return spec;
  const found = known(spec, state);
  if (/^(helper|data)\./.test(found?.type ?? "")) return Boolean(resolve(found, state));
  if (!Object.hasOwn(CONDITIONS, found?.type ?? "")) return true;
  const value = found.data === undefined ? context.value : resolve(found.data, state);
  return CONDITIONS[found.type]({ spec: found, state, context, value });
}

const WORDS = {
  "condition.required": "Answer this before you submit.",
  "condition.link-opened": "Open the link first.",
  "condition.equals": "This is not the value that is asked for.",
  "condition.same-domain": "The address must be on the same site.",
  "condition.played": "Play it first.",
  "condition.played-fully": "Play it to its end first.",
  "condition.schema": "This does not have the form that is asked for.",
  "condition.sub-array": "Something here is not among the allowed values.",
  "condition.distance": "You are too far from the place.",
};

/** The sentence for a condition that does not hold: the requester's hint of the innermost one that fails, else ours. */
export function complaint(spec, state, context) {
  const found = known(spec, state);
  const inner = (found.type === "condition.all" ? many(found.conditions) : []).find((one) => !holds(one, state, context));
  const hint = found.hint === undefined ? "" : resolve(found.hint, state);
  return hint || (inner && complaint(inner, state, context)) || WORDS[found.type] || "This answer is not complete yet.";
}
