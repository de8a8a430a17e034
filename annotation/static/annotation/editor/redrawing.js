/** Drawing a part of a polygon or a line again: which points it takes the place of. No DOM, no map. */
import { pairs, withoutRepeats } from "@/editor/geometry.js";

/** The vertex within reach of a place, the nearest one; null: none. @param {number} reach image pixels */
export function vertexAt(points, x, y, reach) {
  let [best, bestDistance] = [null, reach];
  pairs(points).forEach(([px, py], index) => {
    const distance = Math.hypot(px - x, py - y);
    if (distance <= bestDistance) [best, bestDistance] = [index, distance];
  });
  return best;
}

const lengthOf = (list) => list.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - list[i][0], y - list[i][1]), 0);

/** Points that repeat their neighbour, or an end that the part begins or closes at, are left out. */
function cleaned(drawn, start, end) {
  const list = pairs(withoutRepeats([...start, ...drawn])).slice(1);
  while (end && list.length && Math.hypot(list.at(-1)[0] - end[0], list.at(-1)[1] - end[1]) <= 0.5) list.pop();
  return list;
}

/**
 * Points after a part was drawn again from one vertex to another, in the direction and from the place that the shape had.
 *
 * A polygon has two sides between them, a line that ends in the open has two ends: the shorter one gives way, with `other` the longer one.
 * @param {"polygon"|"polyline"} type
 * @param {{from: number, to?: number|null, drawn: number[], other?: boolean}} part `from`, `to`: places of vertices; `to` null: a line's end
 * @returns {number[]|null} null where there is no such part: it ends where it begins, or a polygon's is not closed
 */
export function replaced(type, points, { from, to = null, drawn, other = false }) {
  const list = pairs(points);
  if (to === from || (to === null && type === "polygon")) return null;
  const path = cleaned(drawn, list[from], to === null ? null : list[to]);
  if (type === "polygon") return around(list, from, to, path, other).flat();
  return (to === null ? withEnd(list, from, path, other) : [...list.slice(0, Math.min(from, to) + 1), ...(from < to ? path : path.reverse()),
    ...list.slice(Math.max(from, to))]).flat();
}

/** A line with another end: the one after the vertex, or the one before it. */
function withEnd(list, from, path, other) {
  const [before, after] = [lengthOf(list.slice(0, from + 1)), lengthOf(list.slice(from))];
  return (after <= before) !== other ? [...list.slice(0, from + 1), ...path] : [...path.reverse(), ...list.slice(from)];
}

/** A polygon with another side between two of its vertices. */
function around(list, from, to, path, other) {
  const side = (start, end) => Array.from({ length: ((end - start + list.length) % list.length) + 1 }, (_, i) => list[(start + i) % list.length]);
  const [there, back] = [side(from, to), side(to, from)];
  const forward = (lengthOf(there) <= lengthOf(back)) !== other;
  const ring = forward ? [...back, ...path] : [...there, ...path.reverse()];
  const first = list.find((place) => ring.includes(place));
  const at = ring.indexOf(first);
  return [...ring.slice(at), ...ring.slice(0, at)];
}
