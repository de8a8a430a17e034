/** Arithmetic on point lists: no DOM, no map, no state. Every function returns new lists and keeps points inside the image. */
import { covers, MOST_NUMBERS, pixelCount, shifted } from "@/editor/masks.js";

/** Smallest side of a box and smallest extent of a line, in image pixels: anything smaller is a slip of the hand. */
export const SMALLEST_SIDE = 3;
/** Points a shape needs at least: the server's rule as well. */
export const FEWEST_POINTS = { polygon: 3, polyline: 2, points: 1 };
const BOX_CURSORS = ["nwse-resize", "ns-resize", "nesw-resize", "ew-resize", "nwse-resize", "ns-resize", "nesw-resize", "ew-resize"];

export const pairs = (points) => {
  const list = [];
  for (let i = 0; i + 1 < points.length; i += 2) list.push([points[i], points[i + 1]]);
  return list;
};

/** Two decimals are finer than a hand and keep the saved JSON short. */
export const rounded = (points) => points.map((value) => Math.round(value * 100) / 100 + 0);

const within = (value, low, high) => Math.min(Math.max(value, low), high);

/** @param {number} x @param {number} y @param {import("./types.js").Size} size @returns {[number, number]} the nearest place inside */
export const clipped = (x, y, size) => [within(x, 0, size.width), within(y, 0, size.height)];

/** The nearest place inside; on the image's edge when it is this near to it. @param {number} reach image pixels */
export function snapped(x, y, { width, height }, reach) {
  const along = (value, limit) => {
    const near = Math.min(reach, limit / 8);
    return value <= near ? 0 : value >= limit - near ? limit : value;
  };
  return /** @type {[number, number]} */ ([along(x, width), along(y, height)]);
}

/** @returns {[number, number, number, number]} left, top, right, bottom of the unrotated shape; a mask's are its pixels, inclusive */
export function boundsOf(type, points) {
  if (type === "ellipse") {
    const [cx, cy, right, top] = points;
    return [2 * cx - right, top, right, 2 * cy - top];
  }
  if (type === "mask") return /** @type {any} */ (points.slice(-4));
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of pairs(points)) {
    left = Math.min(left, x); right = Math.max(right, x); top = Math.min(top, y); bottom = Math.max(bottom, y);
  }
  return [left, top, right, bottom];
}

/** left, top, right, bottom of the shape as it is seen, turned. */
export function spreadOf(type, points, rotation = 0) {
  const [left, top, right, bottom] = boundsOf(type, points);
  if (!rotation) return [left, top, right, bottom];
  const [cx, cy, rx, ry] = [(left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2];
  const [cos, sin] = [Math.abs(Math.cos((rotation * Math.PI) / 180)), Math.abs(Math.sin((rotation * Math.PI) / 180))];
  const [x, y] = type === "ellipse" ? [Math.hypot(rx * cos, ry * sin), Math.hypot(rx * sin, ry * cos)] : [rx * cos + ry * sin, rx * sin + ry * cos];
  return [cx - x, cy - y, cx + x, cy + y];
}

export function areaOf(type, points) {
  if (type === "mask") return pixelCount(points);
  if (type === "polygon") {
    const list = pairs(points);
    return Math.abs(list.reduce((sum, [x, y], i) => {
      const [nx, ny] = list[(i + 1) % list.length];
      return sum + x * ny - nx * y;
    }, 0)) / 2;
  }
  if (type === "polyline" || type === "points") return 0;
  const [left, top, right, bottom] = boundsOf(type, points);
  return (right - left) * (bottom - top) * (type === "ellipse" ? Math.PI / 4 : 1);
}

/** What keeps this shape from being stored, as a sentence with the next step; null when nothing does. */
export function problemWith(type, points) {
  const count = points.length / 2;
  if (count < (FEWEST_POINTS[type] ?? 0)) {
    const name = { polygon: "polygon", polyline: "line", points: "group of points" }[type];
    return `A ${name} needs at least ${FEWEST_POINTS[type]} points; this one has ${count}. Click to add more.`;
  }
  if (type === "mask" && points.length > MOST_NUMBERS) return "This mask is too ragged to be stored. Fill its small holes, or make two masks of it.";
  if (type === "points" || type === "mask") return null;
  const [left, top, right, bottom] = boundsOf(type, points);
  const [width, height] = [right - left, bottom - top];
  const small = type === "polyline" ? Math.max(width, height) < SMALLEST_SIDE : Math.min(width, height) < SMALLEST_SIDE;
  return small ? `That shape is smaller than ${SMALLEST_SIDE} × ${SMALLEST_SIDE} pixels of the image. Zoom in and draw it larger.` : null;
}

/** Points of a rectangle or an ellipse stretched between two corners. */
export function stretched(type, [x1, y1], [x2, y2]) {
  const [left, right] = [Math.min(x1, x2), Math.max(x1, x2)];
  const [top, bottom] = [Math.min(y1, y2), Math.max(y1, y2)];
  return type === "ellipse" ? [(left + right) / 2, (top + bottom) / 2, right, top] : [left, top, right, bottom];
}

/** Moves a shape, stopping at the image's edge with its size unchanged. A mask goes by whole pixels. */
export function moved(type, points, dx, dy, size, rotation = 0) {
  const [left, top, right, bottom] = spreadOf(type, points, rotation);
  if (type === "mask") return shifted(points, Math.round(step(dx, left, right + 1, size.width)), Math.round(step(dy, top, bottom + 1, size.height)));
  const [stepX, stepY] = [step(dx, left, right, size.width), step(dy, top, bottom, size.height)];
  return points.map((value, i) => value + (i % 2 ? stepY : stepX));
}

/** As far as wanted, but inside 0..limit; something larger than that stays. */
const step = (wanted, low, high, limit) => (high - low > limit + 1e-6 ? 0 : within(wanted, -low, limit - high));

/**
 * What can be dragged on a selected shape, besides its body.
 * @param {number} arm how far the handle that turns a box stands off its upper side, in image pixels; of its lower side when negative; 0: none
 * @returns {import("./types.js").Handle[]}
 */
export function handlesOf(type, points, rotation = 0, arm = 0) {
  if (type === "mask") return [];
  if (type === "rectangle" || type === "ellipse") return boxHandles(type, points, rotation, arm);
  const list = pairs(points);
  const vertices = list.map(([x, y], index) => ({ kind: "vertex", index, x, y, cursor: "move" }));
  if (type === "points") return vertices;
  const edges = type === "polygon" ? list.length : list.length - 1;
  const inserts = list.slice(0, edges).map(([x, y], index) => {
    const [nx, ny] = list[(index + 1) % list.length];
    return { kind: "insert", index, x: (x + nx) / 2, y: (y + ny) / 2, cursor: "copy" };
  });
  return [...vertices, ...inserts];
}

function boxHandles(type, points, rotation, arm) {
  const [left, top, right, bottom] = boundsOf(type, points);
  const [cx, cy] = [(left + right) / 2, (top + bottom) / 2];
  const places = [[left, top], [cx, top], [right, top], [right, cy], [right, bottom], [cx, bottom], [left, bottom], [left, cy]];
  const seen = ([x, y]) => (rotation ? turned(x, y, cx, cy, rotation) : [x, y]);
  const handles = places.map((place, index) => {
    const [x, y] = seen(place);
    return { kind: index % 2 ? "side" : "corner", index, x, y, cursor: BOX_CURSORS[(index + Math.round(rotation / 45)) % 8] };
  });
  if (!arm) return handles;
  const [x, y] = seen([cx, arm > 0 ? top - arm : bottom - arm]);
  return [...handles, { kind: "turn", index: arm > 0 ? 0 : 1, x, y, cursor: "grab" }];
}

/** Points after dragging a handle to (x, y). A box dragged across itself turns over but keeps its smallest side. */
export function dragged(type, points, handle, x, y, size) {
  const [px, py] = clipped(x, y, size);
  if (handle.kind === "vertex") return withPoint(points, handle.index, px, py);
  if (handle.kind === "insert") return [...points.slice(0, handle.index * 2 + 2), px, py, ...points.slice(handle.index * 2 + 2)];
  let [left, top, right, bottom] = boundsOf(type, points);
  if ([0, 6, 7].includes(handle.index)) [left, right] = span(right, px, size.width);
  if ([2, 3, 4].includes(handle.index)) [left, right] = span(left, px, size.width);
  if ([0, 1, 2].includes(handle.index)) [top, bottom] = span(bottom, py, size.height);
  if ([4, 5, 6].includes(handle.index)) [top, bottom] = span(top, py, size.height);
  return stretched(type, [left, top], [right, bottom]);
}

/** The interval from a fixed end to a dragged one, in order, not shorter than the smallest side and inside 0..limit. */
export function span(fixed, free, limit) {
  if (Math.abs(free - fixed) >= SMALLEST_SIDE) return [Math.min(fixed, free), Math.max(fixed, free)];
  const up = free >= fixed ? fixed + SMALLEST_SIDE <= limit : fixed - SMALLEST_SIDE < 0;
  return up ? [fixed, fixed + SMALLEST_SIDE] : [fixed - SMALLEST_SIDE, fixed];
}

function withPoint(points, index, x, y) {
  const copy = points.slice();
  copy[index * 2] = x;
  copy[index * 2 + 1] = y;
  return copy;
}

/** Without one vertex; null when the shape would have too few left. */
export function withoutVertex(type, points, index) {
  if (points.length / 2 <= (FEWEST_POINTS[type] ?? Infinity)) return null;
  return [...points.slice(0, index * 2), ...points.slice(index * 2 + 2)];
}

/**
 * With one point more: at the nearer end of a line, in the nearest edge of a polygon, beside the others of a group of points.
 * null for shapes without points of their own.
 */
export function withAnother(type, points, x, y) {
  if (!(type in FEWEST_POINTS)) return null;
  if (type === "points") return [...points, x, y];
  const list = pairs(points);
  if (type === "polyline") {
    const [first, last] = [list[0], list.at(-1)].map(([px, py]) => Math.hypot(px - x, py - y));
    return first < last ? [x, y, ...points] : [...points, x, y];
  }
  const distances = list.map((from, i) => distanceToLine(x, y, from, list[(i + 1) % list.length]));
  const edge = distances.indexOf(Math.min(...distances));
  return [...points.slice(0, edge * 2 + 2), x, y, ...points.slice(edge * 2 + 2)];
}

/** Drops a vertex that repeats the one before it: a double click leaves such a pair. */
export function withoutRepeats(points, distance = 0.5) {
  const list = pairs(points).filter(([x, y], i, all) => i === 0 || Math.hypot(x - all[i - 1][0], y - all[i - 1][1]) > distance);
  return list.flat();
}

/** The edges of a mask's box: its last pixels are a pixel wide. */
const wholePixels = (points) => points.slice(-4).map((value, i) => value + (i > 1 ? 1 : 0));

/** The shape's line as a list of [x, y]; closed shapes end where they begin, points stay single places. */
export function outlineOf(type, points, rotation = 0) {
  if (type === "polyline" || type === "points") return pairs(points);
  if (type === "polygon") return closed(pairs(points));
  const [left, top, right, bottom] = type === "mask" ? wholePixels(points) : boundsOf(type, points);
  const [cx, cy] = [(left + right) / 2, (top + bottom) / 2];
  let ring = [[left, top], [right, top], [right, bottom], [left, bottom]];
  if (type === "ellipse") {
    ring = Array.from({ length: 64 }, (_, i) => {
      const angle = (i / 32) * Math.PI;
      return [cx + ((right - left) / 2) * Math.cos(angle), cy + ((bottom - top) / 2) * Math.sin(angle)];
    });
  }
  return closed(rotation ? ring.map(([x, y]) => turned(x, y, cx, cy, rotation)) : ring);
}

const closed = (ring) => (ring.length ? [...ring, ring[0]] : ring);

/** Turned clockwise on the screen, in degrees, as CVAT stores it. */
export function turned(x, y, cx, cy, degrees) {
  const angle = (degrees * Math.PI) / 180;
  const [dx, dy] = [x - cx, y - cy];
  return [cx + dx * Math.cos(angle) - dy * Math.sin(angle), cy + dx * Math.sin(angle) + dy * Math.cos(angle)];
}

function distanceToLine(x, y, [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length ? within(((x - ax) * dx + (y - ay) * dy) / length, 0, 1) : 0;
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

function insideRing(x, y, ring) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[ax, ay], [bx, by]] = [ring[i], ring[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

const AROUND = [[0, 0], [0.7, 0], [-0.7, 0], [0, 0.7], [0, -0.7]];

/** A shape's spread, counted once: shapes in the document never change themselves, and every move of the pointer asks for all of them. */
const spreads = new WeakMap();

function knownSpread(shape) {
  if (!Object.isFrozen(shape)) return spreadOf(shape.type, shape.points, shape.rotation);
  let spread = spreads.get(shape);
  if (!spread) {
    spread = spreadOf(shape.type, shape.points, shape.rotation);
    spreads.set(shape, spread);
  }
  return spread;
}

/** Whether (x, y) lies on the shape, with a tolerance in image pixels around its line or points. */
export function isOn(shape, x, y, tolerance) {
  const [left, top, right, bottom] = knownSpread(shape);
  const reach = tolerance + (shape.type === "mask" ? 1 : 0);
  if (x < left - reach || x > right + reach || y < top - reach || y > bottom + reach) return false;
  if (shape.type === "mask") return AROUND.some(([dx, dy]) => covers(shape.points, x + dx * tolerance, y + dy * tolerance));
  const line = outlineOf(shape.type, shape.points, shape.rotation);
  if (shape.type === "points") return line.some(([px, py]) => Math.hypot(px - x, py - y) <= tolerance * 1.5);
  if (shape.type !== "polyline" && insideRing(x, y, line)) return true;
  return line.slice(1).some((end, i) => distanceToLine(x, y, line[i], end) <= tolerance);
}

/** The shape under a place: of several, the smallest, so that a small one on a large one can be reached. */
export function shapeAt(shapes, x, y, tolerance) {
  let best = null;
  let bestArea = Infinity;
  for (const shape of shapes) {
    if (!isOn(shape, x, y, tolerance)) continue;
    const area = areaOf(shape.type, shape.points);
    if (area <= bestArea) [best, bestArea] = [shape, area]; // of equals the later one, which is drawn on top
  }
  return best;
}

/** The handle under a place, vertices before insert marks; null when there is none. `arm` as for handlesOf. */
export function handleAt(shape, x, y, tolerance, arm = 0) {
  let best = null;
  let bestDistance = tolerance;
  for (const handle of handlesOf(shape.type, shape.points, shape.rotation, arm)) {
    const distance = Math.hypot(handle.x - x, handle.y - y) + (handle.kind === "insert" ? tolerance / 3 : 0);
    if (distance <= bestDistance) [best, bestDistance] = [handle, distance];
  }
  return best;
}
