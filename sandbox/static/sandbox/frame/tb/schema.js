// The part of JSON Schema (draft 7) that task pages use for condition.schema. What it does not know, it lets pass.

const TYPES = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  array: (value) => Array.isArray(value),
  object: (value) => value !== null && typeof value === "object" && !Array.isArray(value),
  null: (value) => value === null,
};
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const number = (check) => (value, rule) => typeof value !== "number" || check(value, rule);
const text = (check) => (value, rule) => typeof value !== "string" || check(value, rule);
const array = (check) => (value, rule, schema) => !Array.isArray(value) || check(value, rule, schema);
const object = (check) => (value, rule, schema) => !TYPES.object(value) || check(value, rule, schema);

const RULES = {
  type: (value, rule) => [rule].flat().some((name) => !Object.hasOwn(TYPES, name) || TYPES[name](value)),
  enum: (value, rule) => rule.some((one) => same(one, value)),
  const: (value, rule) => same(value, rule),
  minimum: number((value, rule) => value >= rule),
  maximum: number((value, rule) => value <= rule),
  exclusiveMinimum: number((value, rule) => value > rule),
  exclusiveMaximum: number((value, rule) => value < rule),
  multipleOf: number((value, rule) => Math.abs(value / rule - Math.round(value / rule)) < 1e-9),
  minLength: text((value, rule) => [...value].length >= rule),
  maxLength: text((value, rule) => [...value].length <= rule),
  pattern: text((value, rule) => new RegExp(rule, "u").test(value)),
  minItems: array((value, rule) => value.length >= rule),
  maxItems: array((value, rule) => value.length <= rule),
  uniqueItems: array((value, rule) => !rule || new Set(value.map((one) => JSON.stringify(one))).size === value.length),
  contains: array((value, rule) => value.some((one) => fits(one, rule))),
  items: array((value, rule) => value.every((one, index) => fits(one, Array.isArray(rule) ? (rule[index] ?? true) : rule))),
  minProperties: object((value, rule) => Object.keys(value).length >= rule),
  maxProperties: object((value, rule) => Object.keys(value).length <= rule),
  required: object((value, rule) => rule.every((name) => Object.hasOwn(value, name))),
  properties: object((value, rule) =>
    Object.entries(rule).every(([name, inner]) => !Object.hasOwn(value, name) || fits(value[name], inner)),
  ),
  additionalProperties: object((value, rule, schema) =>
    Object.entries(value).every(([name, inner]) => Object.hasOwn(schema.properties ?? {}, name) || fits(inner, rule)),
  ),
  not: (value, rule) => !fits(value, rule),
  allOf: (value, rule) => rule.every((one) => fits(value, one)),
  anyOf: (value, rule) => rule.some((one) => fits(value, one)),
  oneOf: (value, rule) => rule.filter((one) => fits(value, one)).length === 1,
};

/** Whether `value` fits `schema` (true, false, or an object of rules). A missing value fits nothing but `true`. */
export function fits(value, schema) {
  if (schema === true || schema === undefined || schema === null) return true;
  if (schema === false || value === undefined) return false;
  return Object.entries(schema).every(([name, rule]) => !Object.hasOwn(RULES, name) || RULES[name](value, rule, schema));
}
