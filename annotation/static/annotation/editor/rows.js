/** Long lists, in numbers: which rows are in the page, and the gaps that stand for the others. */

/** Pixels of a row that is not open; the same as its intrinsic height in the style sheet. */
export const ROW = 34;
/** Rows made before and after those in view. */
export const BESIDE = 12;

/**
 * Which rows and gaps make up the list, in order.
 * @param {number} count @param {[number, number]} range first and last place in view @param {number} kept a place that always has its row; -1: none
 * @returns {({place: number}|{gap: number, key: string})[]} `gap` is a number of rows
 */
export function stretch(count, [first, last], kept) {
  const [from, to] = [Math.max(0, Math.min(first, count - 1)), Math.min(last, count - 1)];
  const places = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
  if (kept >= 0 && kept < from) places.unshift(kept);
  if (kept > to && kept < count) places.push(kept);
  const parts = [];
  let next = 0;
  for (const place of places) {
    if (place > next) parts.push({ gap: place - next, key: `before ${place === kept ? "kept" : "view"}` });
    parts.push({ place });
    next = place + 1;
  }
  if (next < count) parts.push({ gap: count - next, key: "end" });
  return parts;
}

/** Places in view of a window `height` pixels high over a list that begins `above` pixels over its upper edge; `open`: what one row is higher. */
export function inView(count, above, height, { place = -1, more = 0 } = {}) {
  const at = (y) => Math.floor((place >= 0 && y > (place + 1) * ROW ? Math.max((place + 1) * ROW, y - more) : y) / ROW);
  return [Math.max(0, at(above) - BESIDE), Math.min(count - 1, at(above + height) + BESIDE)];
}
