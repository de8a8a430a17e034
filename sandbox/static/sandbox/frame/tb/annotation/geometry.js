// Regions of field.image-annotation, without a page: reading, moving, resizing. A region is Toloka's own value: {shape: "rectangle", left, top,
// width, height, label?} | {shape: "polygon", points: [{left, top}, …], label?} | {shape: "point", left, top, label?}; all numbers are
// fractions of the picture's natural size, from its top left corner. Every function gives a new region.

export const SHAPES = ["rectangle", "polygon", "point"];

const round = (number) => Math.round(number * 1e6) / 1e6;
export const clamp = (number) => Math.min(1, Math.max(0, round(number)));
export const inside = ({ left, top }) => ({ left: clamp(left), top: clamp(top) });

const fraction = (value) => typeof value === "number" && Number.isFinite(value);
const isPlace = (value) => fraction(value?.left) && fraction(value?.top);

const VALID = {
  rectangle: (value) => isPlace(value) && fraction(value.width) && fraction(value.height),
  polygon: (value) => Array.isArray(value.points) && value.points.length > 0 && value.points.every(isPlace),
  point: isPlace,
};

/** The regions in `value` (what the data holds), and how many entries are none: {regions, unreadable}. */
export function readRegions(value) {
  const given = Array.isArray(value) ? value : [];
  const regions = given.filter((one) => Object.hasOwn(VALID, one?.shape ?? "") && VALID[one.shape](one));
  return { regions, unreadable: given.length - regions.length + (value === undefined || value === null || Array.isArray(value) ? 0 : 1) };
}

/** The rectangle with two opposite corners, or null if it has no area. */
export function rectangleBetween(a, b) {
  const [from, to] = [inside(a), inside(b)];
  const width = round(Math.abs(from.left - to.left));
  const height = round(Math.abs(from.top - to.top));
  if (!width || !height) return null;
  return { shape: "rectangle", left: Math.min(from.left, to.left), top: Math.min(from.top, to.top), width, height };
}

/** What can be dragged: a rectangle's corners (clockwise from the top left), a polygon's points, the point itself. */
export function vertices(region) {
  if (region.shape === "polygon") return region.points;
  const { left, top } = region;
  if (region.shape === "point") return [{ left, top }];
  const right = left + region.width;
  const bottom = top + region.height;
  return [
    { left, top },
    { left: right, top },
    { left: right, top: bottom },
    { left, top: bottom },
  ];
}

export function bounds(region) {
  const all = vertices(region);
  const lefts = all.map(({ left }) => left);
  const tops = all.map(({ top }) => top);
  return { left: Math.min(...lefts), top: Math.min(...tops), right: Math.max(...lefts), bottom: Math.max(...tops) };
}

/** Moved as a whole; at the picture's edge it stops with its size kept. */
export function moved(region, by) {
  const box = bounds(region);
  const left = Math.min(Math.max(by.left, -box.left), 1 - box.right);
  const top = Math.min(Math.max(by.top, -box.top), 1 - box.bottom);
  const shift = (place) => ({ ...place, ...inside({ left: place.left + left, top: place.top + top }) });
  return region.shape === "polygon" ? { ...region, points: region.points.map(shift) } : shift(region);
}

/** With one vertex somewhere else; null where a rectangle would lose its area. */
export function withVertex(region, index, place) {
  if (region.shape === "point") return { ...region, ...inside(place) };
  if (region.shape === "polygon") return { ...region, points: region.points.map((old, other) => (other === index ? inside(place) : old)) };
  const rectangle = rectangleBetween(vertices(region)[(index + 2) % 4], place);
  return rectangle && { ...region, ...rectangle };
}

/** A polygon with a new point after `index`. */
export function withPoint(region, index, place) {
  return { ...region, points: [...region.points.slice(0, index + 1), inside(place), ...region.points.slice(index + 1)] };
}

/** A polygon without a point; null if fewer than three would be left. */
export function withoutPoint(region, index) {
  return region.points.length > 3 ? { ...region, points: region.points.filter((_, other) => other !== index) } : null;
}

/** A rectangle made wider and higher by fractions of the picture, at least `least` in each direction. */
export function grown(region, by, least = 0.002) {
  if (region.shape !== "rectangle") return region;
  const size = (start, old, more) => round(Math.min(1 - start, Math.max(least, old + more)));
  return { ...region, width: size(region.left, region.width, by.left), height: size(region.top, region.height, by.top) };
}
