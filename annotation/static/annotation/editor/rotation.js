/**
 * Turning boxes and ellipses. `rotation` is in degrees clockwise about the middle, 0 to below 360; the points are those before turning, as
 * CVAT stores both. What is seen, turned, stays inside the image.
 */
import { boundsOf, clipped, moved, SMALLEST_SIDE, span, spreadOf, stretched, turned } from "@/editor/geometry.js";

export const turns = (type) => type === "rectangle" || type === "ellipse";
const SLACK = 0.02; // rounding to two decimals
const TRIES = 24;
/** Place of that corner among a box's handles. */
const BOTTOM_RIGHT = 4;

/** Any number of degrees as 0 to below 360, with a tenth of a degree. */
export const wholeTurn = (degrees) => (Math.round((((degrees % 360) + 360) % 360) * 10) / 10) % 360;

const middleOf = ([left, top, right, bottom]) => [(left + right) / 2, (top + bottom) / 2];

function fits(type, points, rotation, size, slack = SLACK) {
  const [left, top, right, bottom] = spreadOf(type, points, rotation);
  return left >= -slack && top >= -slack && right <= size.width + slack && bottom <= size.height + slack;
}

/**
 * Points and rotation after a turn; a box that would stick out is shifted inwards.
 * @returns {{points: number[], rotation: number}|null} null when it does not fit into the image like that
 */
export function turnedTo(type, points, degrees, size) {
  const rotation = wholeTurn(degrees);
  const inside = moved(type, points, 0, 0, size, rotation);
  return fits(type, inside, rotation, size) ? { points: inside, rotation } : null;
}

/** The rotation that brings the turning handle under a place. @param {boolean} below the handle is at the lower side @param {number} steps degrees */
export function rotationTowards(type, points, x, y, { below = false, steps = 0 } = {}) {
  const [cx, cy] = middleOf(boundsOf(type, points));
  const degrees = (Math.atan2(y - cy, x - cx) * 180) / Math.PI + (below ? -90 : 90);
  return wholeTurn(steps ? Math.round(degrees / steps) * steps : degrees);
}

/**
 * Points after dragging a corner or a side of a turned box to (x, y): the opposite one stays where it is seen. It stops where the box would
 * leave the image, and at the smallest side.
 */
export function draggedTurned(type, points, rotation, handle, x, y, size) {
  const box = boundsOf(type, points);
  const [cx, cy] = middleOf(box);
  const [px, py] = clipped(x, y, size);
  const [wantedX, wantedY] = turned(px, py, cx, cy, -rotation);
  const startX = [0, 6, 7].includes(handle.index) ? box[0] : box[2];
  const startY = [0, 1, 2].includes(handle.index) ? box[1] : box[3];
  const at = (across, along) => replaced(type, box, handle.index, startX + across * (wantedX - startX), startY + along * (wantedY - startY), rotation);
  const inside = (candidate) => fits(type, candidate, rotation, size);
  if (!inside(points)) return at(1, 1); // came from elsewhere like that
  const across = furthest((share) => inside(at(share, 0)));
  return at(across, furthest((share) => inside(at(across, share))));
}

/**
 * Points after making a turned box wider and higher: its top left corner stays where it is seen. It stops where the box would leave the image,
 * and at the smallest side; one that sticks out already can only be made smaller.
 */
export function resizedTurned(type, points, rotation, dx, dy, size) {
  const box = boundsOf(type, points);
  const [left, top, right, bottom] = box;
  const change = (near, far, wanted) => Math.max(wanted, Math.min(0, near + SMALLEST_SIDE - far));
  const [wider, higher] = [change(left, right, dx), change(top, bottom, dy)];
  const at = (share) => replaced(type, box, BOTTOM_RIGHT, right + share * wider, bottom + share * higher, rotation);
  const grows = wider > 0 || higher > 0;
  if (!fits(type, points, rotation, size)) return grows ? points : at(1);
  const share = furthest((part) => fits(type, at(part), rotation, size, grows ? 0 : SLACK));
  return share ? at(share) : points;
}

/** The box with its dragged sides at (x, y), in its own upright frame, put back so that the other sides stay where they are seen. */
function replaced(type, [left, top, right, bottom], index, x, y, rotation) {
  const [cx, cy] = middleOf([left, top, right, bottom]);
  if ([0, 6, 7].includes(index)) [left, right] = span(right, x, Infinity);
  if ([2, 3, 4].includes(index)) [left, right] = span(left, x, Infinity);
  if ([0, 1, 2].includes(index)) [top, bottom] = span(bottom, y, Infinity);
  if ([4, 5, 6].includes(index)) [top, bottom] = span(top, y, Infinity);
  const [mx, my] = turned(...middleOf([left, top, right, bottom]), cx, cy, rotation);
  const [rx, ry] = [(right - left) / 2, (bottom - top) / 2];
  return stretched(type, [mx - rx, my - ry], [mx + rx, my + ry]);
}

/** The largest share of the way, 0 to 1, that is still good. */
function furthest(good) {
  if (good(1)) return 1;
  let [low, high] = [0, 1];
  for (let i = 0; i < TRIES; i += 1) {
    const middle = (low + high) / 2;
    if (good(middle)) low = middle;
    else high = middle;
  }
  return low;
}
