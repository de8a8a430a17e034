/** The only place where the y axis turns over: images count downwards, maps upwards. */
import { LineString, MultiPoint, Point, Polygon } from "ol";
import { outlineOf, spreadOf } from "@/editor/geometry.js";

export const toMap = ([x, y]) => [x, -y];
export const toImage = ([x, y]) => [x, 0 - y];
export const extentOf = ({ width, height }) => [0, -height, width, 0];

/** The map geometry of a shape's points. */
export function geometryOf(type, points, rotation = 0) {
  const line = outlineOf(type, points, rotation).map(toMap);
  if (type === "points") return new MultiPoint(line);
  return type === "polyline" ? new LineString(line) : new Polygon([line]);
}

/** Where a shape's name is written. */
export function nameAnchor(type, points, rotation = 0) {
  const [left, top] = spreadOf(type, points, rotation);
  return new Point(toMap([left, top]));
}

/** A line from one handle to another. */
export const between = (from, to) => new LineString([from, to].map(({ x, y }) => toMap([x, y])));

export const pointAt = (x, y) => new Point(toMap([x, y]));
