// Values of Template Builder configurations: data.* is looked up, helper.* is computed, everything else is what it says.
import { holds } from "./conditions.js";

export function at(object, path) {
  if (path === undefined || path === null || path === "") return object;
  return String(path)
    .split(".")
    .reduce((from, key) => (from === null || from === undefined ? undefined : from[key]), object);
}

const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/** Write `value` at `path` ("result.left", "names.0") of `object`; undefined removes. */
export function put(object, path, value) {
  const keys = String(path).split(".");
  if (keys.some((key) => FORBIDDEN.has(key))) return;
  const last = keys.pop();
  const place = keys.reduce((from, key) => {
    if (from[key] === null || typeof from[key] !== "object") from[key] = {};
    return from[key];
  }, object);
  if (value !== undefined) place[last] = value;
  else if (Array.isArray(place)) place[last] = null;
  else delete place[last];
}

const STORES = { "data.input": "input", "data.output": "output", "data.internal": "internal", "data.local": "local" };
const WRITABLE = ["output", "internal"];
const ASSIGNMENT_ID = /^@(yandex-)?toloka\/data\.assignment-id$/;
const LOCATION = /^@(yandex-)?toloka\/data\.location$/;

/** Where a data.* specification points: {scope, path}, or null for anything else. data.relative starts at the item of its field.list. */
export function locate(data, state) {
  const type = data?.type ?? "";
  if (Object.hasOwn(STORES, type)) return { scope: STORES[type], path: String(resolve(data.path, state) ?? "") };
  if (type !== "data.relative" || !state.base) return null;
  const path = [state.base.path, resolve(data.path, state)].filter((part) => part !== undefined && part !== null && part !== "").join(".");
  return { scope: state.base.scope, path };
}

export const writable = (place) => place !== null && WRITABLE.includes(place.scope) && place.path !== "";
export const valueAt = (place, state) => (place ? at(state[place.scope], place.path) : undefined);

const list = (value) => (Array.isArray(value) ? value : []);
const text = (value) => (value === undefined || value === null ? "" : String(value));

const ENGINES = {
  google: "https://www.google.com/search?q=",
  bing: "https://www.bing.com/search?q=",
  yandex: "https://yandex.com/search/?text=",
  "google/images": "https://www.google.com/search?tbm=isch&q=",
  "yandex/images": "https://yandex.com/images/search?text=",
};

const HELPERS = {
  "helper.if": (spec, state) => resolve(holds(spec.condition, state) ? spec.then : spec.else, state),
  "helper.switch": (spec, state) => {
    const found = list(spec.cases).find((one) => holds(one.condition, state));
    return resolve(found ? found.result : spec.default, state);
  },
  "helper.join": (spec, state) => list(resolve(spec.items, state)).join(text(resolve(spec.by, state))),
  "helper.replace": (spec, state) => {
    const [data, find, replace] = [spec.data, spec.find, spec.replace].map((one) => resolve(one, state));
    return [data, find, replace].every((one) => typeof one === "string") ? data.replaceAll(find, () => replace) : data;
  },
  "helper.concat-arrays": (spec, state) => list(resolve(spec.items, state)).flat(),
  "helper.object2entries": (spec, state) => Object.entries(resolve(spec.data, state) ?? {}).map(([key, value]) => ({ key, value })),
  "helper.entries2object": (spec, state) =>
    Object.fromEntries(list(resolve(spec.entries, state)).map((entry) => [entry?.key, entry?.value])),
  "helper.text-transform": (spec, state) => transformText(text(resolve(spec.data, state)), resolve(spec.transformation, state)),
  "helper.transform": (spec, state) =>
    list(resolve(spec.items, state)).map((item, index) =>
      resolve(spec.into, { ...state, scoped: true, local: { ...state.local, item, index } }),
    ),
  "helper.search-query": (spec, state) => {
    const engine = text(resolve(spec.engine, state));
    return (Object.hasOwn(ENGINES, engine) ? ENGINES[engine] : ENGINES.google) + encodeURIComponent(text(resolve(spec.query, state)));
  },
  "helper.translate": (spec, state) => state.translate(text(resolve(spec.key, state))),
  // The platform fetches files from a requester's disk here; the sandbox has no such disk and leaves the address as it is.
  "helper.proxy": (spec, state) => resolve(spec.path, state),
  "helper.length": (spec, state) => (resolve(spec.data, state) ?? []).length,
  "helper.sum": (spec, state) => list(resolve(spec.items, state)).reduce((sum, one) => sum + Number(one), 0),
  "helper.multiply": (spec, state) => list(resolve(spec.items, state)).reduce((product, one) => product * Number(one), 1),
};

function transformText(words, how) {
  if (how === "uppercase") return words.toUpperCase();
  if (how === "lowercase") return words.toLowerCase();
  return words.replace(/(^|\s)\S/g, (letter) => letter.toUpperCase());
}

const COMPONENT = /^(view|field|layout|action|plugin)\.|^@scoped$/;

/**
 * The value of `spec`. Components inside stay as they are written: they are drawn by whoever asked; inside helper.transform and field.list
 * they become {type: "@scoped", spec, local, base}, which remembers what data.local and data.relative mean there.
 * `state`: {config, input, output, internal, local, base, scoped, assignmentId, location, opened, translate}.
 */
export function resolve(spec, state) {
  if (Array.isArray(spec)) return spec.map((one) => resolve(one, state));
  if (spec === null || typeof spec !== "object") return spec;
  if (typeof spec.$ref === "string") return resolve(at(state.config, spec.$ref.replace(/^#?\/?/, "").replaceAll("/", ".")), state);
  const type = typeof spec.type === "string" ? spec.type : "";
  if (type.startsWith("data.")) {
    const found = valueAt(locate(spec, state), state);
    return found === undefined ? resolve(spec.default, state) : found;
  }
  if (ASSIGNMENT_ID.test(type)) return state.assignmentId;
  if (LOCATION.test(type)) return state.location();
  if (Object.hasOwn(HELPERS, type)) return HELPERS[type](spec, state);
  if (type.startsWith("condition.")) return holds(spec, state);
  if (COMPONENT.test(type)) {
    return state.scoped && type !== "@scoped" ? { type: "@scoped", spec, local: state.local, base: state.base } : spec;
  }
  return Object.fromEntries(Object.entries(spec).map(([key, value]) => [key, resolve(value, state)]));
}

/** [component, state it is to be drawn with]: takes the wrapping of `resolve` off. */
export function unwrap(found, state) {
  if (found?.type !== "@scoped") return [found, state];
  const inner = { ...state, scoped: true, local: found.local, base: found.base };
  return unwrap(resolve(found.spec, { ...inner, scoped: false }), inner);
}
