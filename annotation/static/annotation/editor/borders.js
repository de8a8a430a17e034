/** Drawing along neighbours: a place jumps to their points and edges, and a stretch of their border is taken over. No DOM, no map. */
import { outlineOf } from "@/editor/geometry.js";

const WITH_CORNERS = new Set(["rectangle", "polygon", "polyline"]);
/** A corner wins over an edge that is this much nearer. */
const CORNER_SHARE = 0.6;

/** @typedef {{x: number, y: number, shape: import("./types.js").Shape, at: number}} Anchor `at`: edge's number and the share of the way along it */

function onEdge(x, y, [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return { x: ax + share * dx, y: ay + share * dy, share };
}

/** The nearest corner, else the nearest place of an edge, of any of the shapes within reach (image pixels). @returns {Anchor|null} */
export function anchorAt(shapes, x, y, reach) {
  let best = null;
  let bestDistance = reach;
  for (const shape of shapes) {
    if (!WITH_CORNERS.has(shape.type)) continue;
    const line = outlineOf(shape.type, shape.points, shape.rotation);
    line.slice(1).forEach((end, i) => {
      const place = onEdge(x, y, line[i], end);
      const candidates = [{ ...place, at: i + place.share, cost: 1 }, { x: line[i][0], y: line[i][1], at: i, cost: CORNER_SHARE },
        { x: end[0], y: end[1], at: i + 1, cost: CORNER_SHARE }];
      for (const { x: px, y: py, at, cost } of candidates) {
        const distance = Math.hypot(px - x, py - y);
        if (distance <= reach && distance * cost < bestDistance) [best, bestDistance] = [{ x: px, y: py, shape, at }, distance * cost];
      }
    });
  }
  return best;
}

const lengthOf = (places) => places.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - places[i][0], y - places[i][1]), 0);

/** The corners of a border between two anchors on it, the shorter way round, x y x y …; none when they are on different shapes. */
export function between(from, to) {
  if (!from || !to || from.shape !== to.shape) return [];
  const { type, points, rotation } = from.shape;
  const line = outlineOf(type, points, rotation);
  const edges = line.length - 1;
  const up = (start, end) => Array.from({ length: Math.max(0, Math.ceil(end) - Math.floor(start) - 1) }, (_, i) => line[(Math.floor(start) + 1 + i) % edges]);
  const direct = from.at <= to.at ? up(from.at, to.at) : up(to.at, from.at).reverse();
  if (type === "polyline") return tidy(from, (from.at <= to.at ? straight(line, from.at, to.at) : straight(line, to.at, from.at).reverse()), to);
  const round = from.at <= to.at ? up(to.at, from.at + edges).reverse() : up(from.at, to.at + edges);
  const whole = (middle) => lengthOf([[from.x, from.y], ...middle, [to.x, to.y]]);
  return tidy(from, whole(direct) <= whole(round) ? direct : round, to);
}

const straight = (line, start, end) => line.slice(Math.floor(start) + 1, Math.ceil(end));

/** Without corners that are the anchors themselves. */
const tidy = (from, middle, to) => middle.filter(([x, y]) => [from, to].every((end) => Math.hypot(end.x - x, end.y - y) > 0.01)).flat();
