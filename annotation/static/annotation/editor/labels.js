/** Which tools a job has, which labels a tool may use, and what a new object starts with. */

/** Tools in the order of the tool bar. `icon` is a name in the icon sprite. */
export const TOOLS = [
  { type: "rectangle", name: "Rectangle", icon: "square", hint: "Drag across the object, or click two opposite corners." },
  { type: "polygon", name: "Polygon", icon: "polygon", hint: "Click the corners; double-click, or click the first corner again, to finish." },
  { type: "polyline", name: "Line", icon: "line", hint: "Click along the line; double-click to finish." },
  { type: "points", name: "Points", icon: "point", hint: "Click every point; double-click, or press N, to finish." },
  { type: "ellipse", name: "Ellipse", icon: "oval", hint: "Drag across the object, or click two opposite corners of its box." },
  { type: "mask", name: "Mask", icon: "brush", hint: "Paint over the object; N or Enter finishes it." },
  { type: "tag", name: "Tag", icon: "tag", hint: "A tag describes the whole image." },
];

export const nameOfType = (type) => TOOLS.find((tool) => tool.type === type)?.name ?? type;

/** Whether objects of this type may carry the label. */
export const allows = (label, type) => label.type === "any" || label.type === type;

/** @param {import("./types.js").Label[]} labels @returns {string[]} types of the tools that at least one label allows */
export const toolsFor = (labels) => TOOLS.map((tool) => tool.type).filter((type) => labels.some((label) => allows(label, type)));

export const labelsFor = (labels, type) => labels.filter((label) => allows(label, type));

/** The tool a click on this label suggests: its own, or the present one where it allows several. */
export const toolOf = (label, present) => (label.type !== "any" ? label.type : present && present !== "tag" ? present : "rectangle");

/** The attribute's default; where it has none that it allows, the first value it does allow. */
function defaultOf(spec) {
  const given = String(spec.default_value ?? "");
  if (problemWithValue(spec, given) === null) return given;
  return spec.input_type === "checkbox" ? "false" : String(spec.values[0] ?? "0");
}

/** @returns {import("./types.js").AttributeValue[]} */
export const defaultAttributes = (label) => label.attributes.map((spec) => ({ spec_id: spec.id, value: defaultOf(spec) }));

/** Values for another label: kept where both labels have an attribute of the same name, its kind and a value it allows. */
export function carriedAttributes(object, from, to) {
  return to.attributes.map((spec) => {
    const twin = from?.attributes.find((other) => other.name === spec.name && other.input_type === spec.input_type);
    const value = twin && object.attributes.find((entry) => entry.spec_id === twin.id)?.value;
    const known = value !== undefined && problemWithValue(spec, value) === null;
    return { spec_id: spec.id, value: known ? value : defaultOf(spec) };
  });
}

/** A sentence about a value the attribute does not allow; null for a good one. A number's values are [min, max, step]. */
export function problemWithValue(spec, value) {
  if (spec.input_type === "number") {
    const number = Number(value);
    const [low, high] = spec.values.map(Number);
    if (value === "" || !Number.isFinite(number)) return `${spec.name} must be a number.`;
    if (spec.values.length >= 2 && (number < low || number > high)) return `${spec.name} must be between ${low} and ${high}.`;
    return null;
  }
  if (spec.input_type === "checkbox") return ["true", "false"].includes(value) ? null : `${spec.name} must be ticked or not.`;
  if (spec.input_type === "text") return null;
  return spec.values.includes(value) ? null : `${spec.name} must be one of: ${spec.values.join(", ")}.`;
}
