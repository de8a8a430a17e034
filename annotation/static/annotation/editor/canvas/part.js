/** A part of a polygon or a line while it is drawn again: where it begins, where it would end, and how that looks. */
import { Feature } from "ol";
import { problemWith, rounded } from "@/editor/geometry.js";
import { replaced, vertexAt } from "@/editor/redrawing.js";
import { geometryOf } from "@/editor/canvas/projection.js";

const NOT_HERE = "The new part begins at this point. Click where it goes on, then another point of the shape.";
const OPEN = "Click a point of the polygon: there the new part ends. Esc leaves the polygon as it was.";
const EMPTY = "Nothing is drawn yet. Click where the new part goes first, or press Esc.";

export class Part {
  /** @param {import("../types.js").Shape} shape a polygon or a polyline @param {number} vertex where the part begins */
  constructor(shape, vertex) {
    this.shape = shape;
    this.from = vertex;
    this.swapped = false; // for fingers: the other side until it is said again
    this.look([NaN, NaN], 0);
  }

  /** The pointer is there. @param {number} reach image pixels @param {boolean} other the other side, or the other end, gives way */
  look([x, y], reach, other = false) {
    this.at = vertexAt(this.shape.points, x, y, reach);
    this.alt = other;
  }

  /** Whether the pointer is on a vertex of the shape: a click there ends the part. */
  get meets() { return this.at !== null; }

  #with(drawn) {
    const { type, points } = this.shape;
    return replaced(type, points, { from: this.from, to: this.at, drawn, other: this.alt !== this.swapped });
  }

  /** The shape with these points as its new part. @returns {{points?: number[], problem?: string}} what keeps it from being taken, in a sentence */
  made(drawn) {
    const { type, points: before } = this.shape;
    if (this.at === this.from) return { problem: NOT_HERE };
    if (!this.meets && type === "polygon") return { problem: OPEN };
    if (!this.meets && !drawn.length) return { problem: EMPTY };
    const points = rounded(this.#with(drawn));
    if (points.length === before.length && points.every((value, i) => value === before[i])) return { problem: EMPTY };
    const problem = problemWith(type, points);
    return problem ? { problem } : { points };
  }

  /** On a vertex the whole shape as it would become, else the line so far; and the vertices that can be clicked. */
  features(drawn, pointer) {
    const { type, points } = this.shape;
    const so = this.meets && this.#with(drawn);
    const line = [...points.slice(this.from * 2, this.from * 2 + 2), ...drawn, ...pointer];
    const body = so ? geometryOf(type, so) : line.length >= 4 ? geometryOf("polyline", line) : null;
    return [...(body ? [body] : []), geometryOf("points", [...points, ...drawn])].map((geometry) => new Feature(geometry));
  }
}
