/** Copies of shapes for a frame that may be of another size: pure functions on plain data. */
import { boundsOf, clipped, moved, pairs, problemWith, rounded, spreadOf } from "@/editor/geometry.js";

/** The middle of a shape's box. @returns {[number, number]} */
export function middleOf(type, points) {
  const [left, top, right, bottom] = boundsOf(type, points);
  return [(left + right) / 2, (top + bottom) / 2];
}

/** Points inside a frame: shifted where that is enough, clipped where the shape is larger than the frame; null when a turned one does not fit. */
function inside(type, points, size, rotation) {
  const [left, top, right, bottom] = spreadOf(type, points, rotation);
  if (right - left <= size.width && bottom - top <= size.height) return moved(type, points, 0, 0, size, rotation);
  if (rotation) return null;
  if (type === "ellipse") {
    const [rx, ry] = [Math.min(right - left, size.width) / 2, Math.min(bottom - top, size.height) / 2];
    return moved(type, [points[0], points[1], points[0] + rx, points[1] - ry], 0, 0, size);
  }
  return pairs(points).flatMap(([x, y]) => clipped(x, y, size));
}

/**
 * Where a copy lands: in its original's place moved by `step`, or with its middle at a place; always inside the frame.
 * @param {import("./types.js").Shape} shape @param {import("./types.js").Size} size of the frame it goes to
 * @param {{step?: [number, number], middle?: [number, number]|null}} where
 * @returns {number[]|null} null when the frame has no room for such a shape
 */
export function landed(shape, size, { step = [0, 0], middle = null } = {}) {
  const { type, rotation } = shape;
  if (type === "mask") {
    const [left, top, right, bottom] = boundsOf(type, shape.points);
    if (right >= size.width || bottom >= size.height) return null; // run lengths are not clipped
    const [x, y] = middle ? middle.map((value, i) => Math.round(value - (i ? (top + bottom) / 2 : (left + right) / 2))) : step;
    return moved(type, shape.points, x, y, size);
  }
  const start = inside(type, shape.points, size, rotation);
  if (!start) return null;
  const [cx, cy] = middleOf(type, start);
  const [dx, dy] = middle ? [middle[0] - cx, middle[1] - cy] : step;
  const points = rounded(moved(type, start, dx, dy, size, rotation));
  return problemWith(type, points) ? null : points;
}

/**
 * A new object with the original's label, look and answers, mutable and immutable alike, as CVAT copies shapes. It is nobody's twin:
 * no stored id, no group, made by hand.
 */
export function copyOf(shape, points, client_id) {
  const { id: _stored, ...rest } = shape;
  return { ...rest, client_id, points, group: 0, source: "manual", attributes: shape.attributes.map((entry) => ({ ...entry })) };
}

/**
 * Places of the frames that a propagation reaches.
 * @param {number} index the present frame's place @param {number} count how many frames @param {1|-1} direction
 * @param {number} total frames of the job @returns {number[]} in the order of walking; never outside the job
 */
export function reached(index, count, direction, total) {
  const most = direction > 0 ? total - 1 - index : index;
  return Array.from({ length: Math.max(0, Math.min(count, most)) }, (_, i) => index + direction * (i + 1));
}
