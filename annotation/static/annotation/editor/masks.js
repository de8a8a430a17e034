/**
 * Masks: whole pixels of a frame. Stored as CVAT's list: run lengths row by row inside the mask's box, beginning with an empty run, then
 * left, top, right, bottom (inclusive). Worked on as a raster, one byte a pixel. Pure functions: no DOM, no map, no state.
 *
 * @typedef {{left: number, top: number, width: number, height: number, data: Uint8Array}} Raster bytes are 0 or 1
 * @typedef {[number, number, number, number]} Box left, top, right, bottom in pixels, all inclusive
 */

/** Numbers a mask's list may have: the server's rule as well. */
export const MOST_NUMBERS = 200_000;

/** @returns {Box} */
export const boxOf = (points) => /** @type {any} */ (points.slice(-4));

export const hull = (a, b) => (!a ? b : !b ? a
  : /** @type {Box} */ ([Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]));

/** An empty raster over a box. @param {Box} box @returns {Raster} */
export const rasterOver = ([left, top, right, bottom]) => ({
  left, top, width: right - left + 1, height: bottom - top + 1, data: new Uint8Array((right - left + 1) * (bottom - top + 1)),
});

/** @param {{width: number, height: number}} size @returns {Raster} of a whole frame */
export const rasterOf = ({ width, height }) => rasterOver([0, 0, width - 1, height - 1]);

export const boxOfRaster = ({ left, top, width, height }) => /** @type {Box} */ ([left, top, left + width - 1, top + height - 1]);

/** The part of a box that lies in a raster; null when there is none. */
export function boxInside(raster, [left, top, right, bottom]) {
  const [l, t, r, b] = boxOfRaster(raster);
  const box = /** @type {Box} */ ([Math.max(left, l), Math.max(top, t), Math.min(right, r), Math.min(bottom, b)]);
  return box[0] <= box[2] && box[1] <= box[3] ? box : null;
}

/** Calls work(x, y, length) for each run of set pixels within one line. */
function eachRun(points, work) {
  const [left, top, right] = boxOf(points);
  const width = right - left + 1;
  const last = points.length - 4;
  for (let i = 0, at = 0; i < last; i += 1) {
    const end = at + points[i];
    while (i % 2 && at < end) {
      const row = Math.floor(at / width);
      const stop = Math.min(end, (row + 1) * width);
      work(left + at - row * width, top + row, stop - at);
      at = stop;
    }
    at = end;
  }
}

function fillRow(raster, y, from, to, value) {
  const row = y - raster.top;
  if (row < 0 || row >= raster.height) return;
  const [start, end] = [Math.max(0, from - raster.left), Math.min(raster.width - 1, to - raster.left)];
  if (start <= end) raster.data.fill(value, row * raster.width + start, row * raster.width + end + 1);
}

/** Sets (1) or clears (0) a mask's pixels in a raster; those outside it are left out. */
export function lay(raster, points, value = 1) {
  eachRun(points, (x, y, length) => fillRow(raster, y, x, x + length - 1, value));
}

/** A raster as large as the mask's box. */
export function decoded(points) {
  const raster = rasterOver(boxOf(points));
  lay(raster, points);
  return raster;
}

/** The smallest box around the set pixels within `box`; null when there are none. */
function tight({ left, top, width, data }, [l, t, r, b]) {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -1, -1];
  for (let y = t; y <= b; y += 1) {
    const row = (y - top) * width - left;
    const end = row + r + 1;
    const first = data.subarray(row + l, end).indexOf(1);
    if (first < 0) continue;
    let last = end - 1;
    while (!data[last]) last -= 1;
    [x1, x2] = [Math.min(x1, l + first), Math.max(x2, last - row)];
    [y1, y2] = [Math.min(y1, y), y];
  }
  return x2 < 0 ? null : /** @type {Box} */ ([x1, y1, x2, y2]);
}

/** The stored form of a raster's set pixels, cropped to them; null when none is set. `within`: a box known to hold all of them. */
export function encoded(raster, within = boxOfRaster(raster)) {
  const inside = boxInside(raster, within);
  const box = inside && tight(raster, inside);
  if (!box) return null;
  const { left, top, width, data } = raster;
  const list = [];
  let [value, length] = [0, 0];
  for (let y = box[1]; y <= box[3]; y += 1) {
    const row = (y - top) * width - left;
    for (let i = row + box[0], end = row + box[2]; i <= end; i += 1) {
      if (data[i] !== value) {
        list.push(length);
        [value, length] = [1 - value, 0];
      }
      length += 1;
    }
  }
  list.push(length, ...box);
  return list;
}

/** Pixels of either mask. */
export function union(a, b) {
  const raster = rasterOver(hull(boxOf(a), boxOf(b)));
  lay(raster, a);
  lay(raster, b);
  return encoded(raster);
}

/** The part inside an image; null when nothing of it is. The same list when all of it is. */
export function cropped(points, { width, height }) {
  const [left, top, right, bottom] = boxOf(points);
  if (left >= 0 && top >= 0 && right < width && bottom < height) return points;
  if (right < 0 || bottom < 0 || left >= width || top >= height) return null;
  const raster = rasterOver([Math.max(0, left), Math.max(0, top), Math.min(width - 1, right), Math.min(height - 1, bottom)]);
  lay(raster, points);
  return encoded(raster);
}

/** Whole pixels further, whatever is there. */
export const shifted = (points, dx, dy) => points.map((value, i) => (i < points.length - 4 ? value : value + ((points.length - i) % 2 ? dy : dx)));

/** Whether the pixel under a place is set. Goes through the runs: nothing is decoded. */
export function covers(points, x, y) {
  const [left, top, right, bottom] = boxOf(points);
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column < left || column > right || row < top || row > bottom) return false;
  const wanted = (row - top) * (right - left + 1) + column - left;
  let at = 0;
  for (let i = 0; i < points.length - 4; i += 1) {
    at += points[i];
    if (at > wanted) return i % 2 === 1;
  }
  return false;
}

/** How many pixels are set. */
export function pixelCount(points) {
  let sum = 0;
  for (let i = 1; i < points.length - 4; i += 2) sum += points[i];
  return sum;
}

/** Where a brush of this many pixels sits, so that it covers whole pixels: on a pixel's middle when odd, between pixels when even. */
export const seated = (value, size) => (size % 2 ? Math.floor(value) + 0.5 : Math.round(value));

/**
 * Draws a brush from one place to another. @param {[number, number]} from @param {[number, number]} to image pixels
 * @param {{size: number, form: "circle"|"square"}} brush `size` is its width @param {0|1} value
 * @returns {Box|null} what may have changed
 */
export function stroke(raster, from, to, { size, form }, value) {
  const [ax, ay, bx, by] = [...from, ...to].map((place) => seated(place, size));
  const r = size / 2;
  const reached = boxInside(raster, [Math.floor(Math.min(ax, bx) - r), Math.floor(Math.min(ay, by) - r), Math.ceil(Math.max(ax, bx) + r),
    Math.ceil(Math.max(ay, by) + r)]);
  if (!reached) return null;
  const across = form === "square" ? acrossSquare : acrossDisc;
  for (let y = reached[1]; y <= reached[3]; y += 1) {
    const span = across(y + 0.5, ax, ay, bx, by, r);
    if (span) fillRow(raster, y, Math.ceil(span[0] - 0.5), Math.floor(span[1] - 0.5), value);
  }
  return reached;
}

/** From where to where a square of half-width r, swept from a to b, covers the line y. */
function acrossSquare(y, ax, ay, bx, by, r) {
  let [t0, t1] = [0, 1];
  if (ay === by) {
    if (Math.abs(y - ay) > r) return null;
  } else {
    const [u, v] = [(y - r - ay) / (by - ay), (y + r - ay) / (by - ay)];
    [t0, t1] = [Math.max(0, Math.min(u, v)), Math.min(1, Math.max(u, v))];
    if (t0 > t1) return null;
  }
  const [x0, x1] = [ax + t0 * (bx - ax), ax + t1 * (bx - ax)];
  return [Math.min(x0, x1) - r, Math.max(x0, x1) + r];
}

/** The same of a disc: two discs and the straight strip between them. */
function acrossDisc(y, ax, ay, bx, by, r) {
  const ends = [];
  for (const [x, cy] of [[ax, ay], [bx, by]]) {
    const half = r * r - (y - cy) * (y - cy);
    if (half >= 0) ends.push(x - Math.sqrt(half), x + Math.sqrt(half));
  }
  const length = Math.hypot(bx - ax, by - ay);
  if (length) {
    const [nx, ny] = [(-(by - ay) / length) * r, ((bx - ax) / length) * r];
    ends.push(...crossings([ax + nx, ay + ny, bx + nx, by + ny, bx - nx, by - ny, ax - nx, ay - ny], y));
  }
  return ends.length ? [Math.min(...ends), Math.max(...ends)] : null;
}

/** Where the ring's edges cross the line y. */
function crossings(points, y) {
  const list = [];
  for (let i = 0, j = points.length - 2; i < points.length; j = i, i += 2) {
    const [x1, y1, x2, y2] = [points[j], points[j + 1], points[i], points[i + 1]];
    if (y1 > y !== y2 > y) list.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
  }
  return list;
}

/** Sets or clears the pixels whose middle lies in a polygon (x y x y …). @returns {Box|null} what may have changed */
export function fillPolygon(raster, points, value) {
  const xs = points.filter((_, i) => i % 2 === 0);
  const ys = points.filter((_, i) => i % 2);
  const reached = boxInside(raster, [Math.floor(Math.min(...xs)), Math.floor(Math.min(...ys)), Math.ceil(Math.max(...xs)), Math.ceil(Math.max(...ys))]);
  if (!reached) return null;
  for (let y = reached[1]; y <= reached[3]; y += 1) {
    const ends = crossings(points, y + 0.5).sort((a, b) => a - b);
    for (let i = 0; i + 1 < ends.length; i += 2) fillRow(raster, y, Math.ceil(ends[i] - 0.5), Math.ceil(ends[i + 1] - 0.5) - 1, value);
  }
  return reached;
}
