// Values of Template Builder configurations: data.* is looked up, helper.* is computed, everything else is what it says.

export function at(object, path) {
  if (!path) return object;
  return String(path)
    .split(".")
    .reduce((from, key) => (from === null || from === undefined ? undefined : from[key]), object);
}

/** Write `value` at `path` ("result.left") of `object`; undefined removes. */
export function put(object, path, value) {
  const keys = String(path).split(".");
  const last = keys.pop();
  const place = keys.reduce((from, key) => (from[key] ??= {}), object);
  if (value === undefined) delete place[last];
  else place[last] = value;
}

// data.<scope> and where it lives in the state of one task.
export const SCOPES = {
  "data.input": "input",
  "data.output": "output",
  "data.internal": "internal",
  "data.local": "internal",
  "data.relative": "internal",
};

const ASSIGNMENT_ID = /^@(yandex-)?toloka\/data\.assignment-id$/;

const HELPERS = {
  "helper.if": (spec, state) => (state.holds(spec.condition) ? resolve(spec.then, state) : resolve(spec.else, state)),
  "helper.switch": (spec, state) => {
    const found = (spec.cases ?? []).find((one) => state.holds(one.condition));
    return resolve(found ? found.result : spec.default, state);
  },
  "helper.join": (spec, state) => (resolve(spec.items, state) ?? []).join(resolve(spec.by, state) ?? ""),
  "helper.replace": (spec, state) =>
    String(resolve(spec.data, state) ?? "").replaceAll(resolve(spec.find, state), resolve(spec.replace, state)),
  "helper.concat-arrays": (spec, state) => (resolve(spec.items, state) ?? []).flat(),
  "helper.object2entries": (spec, state) => Object.entries(resolve(spec.data, state) ?? {}).map(([key, value]) => ({ key, value })),
  "helper.entries2object": (spec, state) => Object.fromEntries((resolve(spec.entries, state) ?? []).map(({ key, value }) => [key, value])),
  "helper.text-transform": (spec, state) => transformText(String(resolve(spec.data, state) ?? ""), spec.transformation),
  "helper.transform": (spec, state) => (resolve(spec.items, state) ?? []).map((item) => resolve(spec.into, { ...state, item })),
  "helper.search-query": (spec, state) => `https://www.google.com/search?q=${encodeURIComponent(resolve(spec.query, state) ?? "")}`,
  "helper.translate": (spec, state) => String(resolve(spec.key, state) ?? ""),
  "helper.proxy": (spec, state) => resolve(spec.path, state),
};

function transformText(text, how) {
  if (how === "uppercase") return text.toUpperCase();
  if (how === "lowercase") return text.toLowerCase();
  return text.replace(/(^|\s)\S/g, (letter) => letter.toUpperCase());
}

const COMPONENT = /^(view|field|layout|condition|action|plugin)\./;

/**
 * The value of `spec`. Components inside stay as they are written: they are drawn by whoever asked. `state`: {config, input, output,
 * internal, assignmentId, holds(condition)}.
 */
export function resolve(spec, state) {
  if (Array.isArray(spec)) return spec.map((one) => resolve(one, state));
  if (spec === null || typeof spec !== "object") return spec;
  if (spec.$ref) return resolve(at(state.config, spec.$ref), state);
  const { type } = spec;
  if (Object.hasOwn(SCOPES, type ?? "")) {
    const found =
      type === "data.local" && state.item !== undefined ? at({ item: state.item }, spec.path) : at(state[SCOPES[type]], spec.path);
    return found === undefined ? resolve(spec.default, state) : found;
  }
  if (ASSIGNMENT_ID.test(type ?? "")) return state.assignmentId;
  if (Object.hasOwn(HELPERS, type ?? "")) return HELPERS[type](spec, state);
  if (COMPONENT.test(type ?? "")) return spec;
  return Object.fromEntries(Object.entries(spec).map(([key, value]) => [key, resolve(value, state)]));
}
