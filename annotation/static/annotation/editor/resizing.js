/** Making a shape wider or higher by keys: the top left corner of its box stays. */
import { boundsOf, pairs, SMALLEST_SIDE, stretched } from "@/editor/geometry.js";
import { resizedTurned } from "@/editor/rotation.js";

const within = (value, low, high) => Math.min(Math.max(value, low), high);

/** The far end of a side after a change: not nearer than the smallest side, not beyond the image. */
const end = (near, far, change, limit) => within(far + change, Math.min(far, near + SMALLEST_SIDE), Math.max(far, limit));

/**
 * @param {import("./types.js").Shape} shape @param {number} dx pixels wider @param {number} dy pixels higher
 * @returns {number[]} points; a mask's and a single point's are as they were
 */
export function resized({ type, points, rotation = 0 }, dx, dy, size) {
  if (type === "mask") return points;
  const [left, top, right, bottom] = boundsOf(type, points);
  const box = type === "rectangle" || type === "ellipse";
  if (box && rotation) return resizedTurned(type, points, rotation, dx, dy, size);
  const newRight = right > left ? end(left, right, dx, size.width) : right;
  const newBottom = bottom > top ? end(top, bottom, dy, size.height) : bottom;
  if (box) return stretched(type, [left, top], [newRight, newBottom]);
  const [wide, high] = [right > left ? (newRight - left) / (right - left) : 1, bottom > top ? (newBottom - top) / (bottom - top) : 1];
  return pairs(points).flatMap(([x, y]) => [left + (x - left) * wide, top + (y - top) * high]);
}
