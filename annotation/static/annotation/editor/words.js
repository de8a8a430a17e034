/** What objects are called where nobody sees them: in the list's names and in what is read aloud. */
import { boundsOf, pairs } from "@/editor/geometry.js";
import { nameOfType } from "@/editor/labels.js";

const COUNTED = new Set(["polygon", "polyline"]);

/** "rectangle 120 × 40 at 30, 50" or "polygon of 5 points, 200 × 90 at 10, 20": whole pixels, the top left corner of its box. */
export function describeShape(shape) {
  const [left, top, right, bottom] = boundsOf(shape.type, shape.points).map(Math.round);
  const inclusive = shape.type === "mask" ? 1 : 0;
  const count = pairs(shape.points).length;
  if (shape.type === "points" && count === 1) return `one point at ${left}, ${top}`;
  const points = shape.type === "points" ? ` (${count}),` : COUNTED.has(shape.type) ? ` of ${count} points,` : "";
  const turned = shape.rotation ? `, turned by ${Math.round(shape.rotation)} degrees` : "";
  return `${nameOfType(shape.type).toLowerCase()}${points} ${right - left + inclusive} × ${bottom - top + inclusive} at ${left}, ${top}${turned}`;
}

/** Label, shape and what is special about it. @param {{hidden?: boolean, locked?: boolean}} state */
export function describe(shape, label, { hidden = false, locked = false } = {}) {
  const special = [shape.occluded && "partly hidden by something", shape.group && `group ${shape.group}`, hidden && "not shown", locked && "locked"];
  return [`${label?.name ?? "no label"}, ${describeShape(shape)}`, ...special.filter(Boolean)].join(", ");
}
