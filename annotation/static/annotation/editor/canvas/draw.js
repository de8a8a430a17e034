/**
 * Drawing. Boxes and ellipses: press and drag, or click two corners. Polygons, lines and points: one click a point; a drag pans.
 * Coordinates are clipped to the image as they come in, and jump onto its edge when they are near. With Ctrl held they jump to a
 * neighbour's border, and two clicks on the same one take over the stretch between them. A part of a polygon or a line is drawn again from
 * one of its vertices to another (part.js).
 */
import { Feature, Pointer } from "ol";
import { anchorAt, between } from "@/editor/borders.js";
import { clipped, problemWith, rounded, snapped, stretched, withoutRepeats } from "@/editor/geometry.js";
import { BORDER_REACH, EDGE_REACH } from "@/editor/canvas/edit.js";
import { Part } from "@/editor/canvas/part.js";
import { geometryOf, pointAt, toImage } from "@/editor/canvas/projection.js";
import { sketchStyle } from "@/editor/canvas/styles.js";

/** Screen pixels: a press that moves less is a click; a click this near to the first vertex closes the polygon, to a vertex ends the part. */
const STILL = 4;
const CLOSE = { mouse: 10, pen: 10, touch: 18 };
/** Two clicks this near (pixels) and this quick (ms) are a double click. The map's own "dblclick" also fires for two quick clicks far apart. */
const DOUBLE = { pixels: 6, milliseconds: 400 };

export class DrawInteraction extends Pointer {
  /** @param {{source: any, size: () => {width: number, height: number}, panning: () => boolean, onDrawn: Function, onRefused: Function,
   *           neighbours: () => any[], onSketch: Function, onRedrawn: (id: string, points: number[]|null) => void}} options
   * `onRedrawn`: a part was drawn again; null: it was left, the shape is as it was */
  constructor(options) {
    super();
    Object.assign(this, options);
    this.type = null;
    this.color = "#206bc4";
    this.reset();
  }

  /** Starts (or, with null, ends) drawing a type; a sketch in progress is dropped. */
  use(type, color = this.color) {
    this.reset();
    this.type = type;
    this.color = color;
  }

  get stretches() { return this.type === "rectangle" || this.type === "ellipse"; }
  get busy() { return this.points.length > 0 || this.corner !== null || this.part !== null; }

  reset() {
    this.points = [];
    this.part = null;
    this.corner = null;
    this.pressed = null;
    this.pointer = null;
    this.lastClick = null;
    this.anchor = null; // of the pointer on a neighbour's border
    this.lastAnchor = null; // of the last point
    this.#paint();
  }

  /** Draws a part of a shape again, from this vertex on. The tool in use is that of its type. */
  redrawFrom(shape, vertex) {
    this.reset();
    this.part = new Part(shape, vertex);
    this.#paint();
  }

  /** Drops what is being drawn. @returns {boolean} whether there was something */
  cancel() {
    const { busy, part } = this;
    this.reset();
    if (part) this.onRedrawn(part.shape.client_id, null);
    return busy;
  }

  /** Where an event means: inside, on the edge when near to it, on a neighbour's border with Ctrl. */
  #place(event) {
    const [x, y] = toImage(event.coordinate);
    const resolution = event.map.getView().getResolution();
    const { ctrlKey, metaKey } = event.originalEvent;
    this.anchor = ctrlKey || metaKey ? anchorAt(this.neighbours(), x, y, BORDER_REACH * resolution) : null;
    return this.anchor ? clipped(this.anchor.x, this.anchor.y, this.size()) : snapped(x, y, this.size(), EDGE_REACH * resolution);
  }

  /** The neighbour's corners between the last point and the pointer. */
  get #stretch() { return this.type === "points" ? [] : between(this.lastAnchor, this.anchor); }

  handleEvent(event) {
    if (!this.type || !event.originalEvent) return true;
    const place = event.type === "click" ? this.#place(event) : null;
    if (event.type === "click" && !this.stretches && event.originalEvent.button === 0) return this.#click(event, place);
    if (event.type === "dblclick") return false; // never a zoom in mid-drawing
    return super.handleEvent(event);
  }

  handleDownEvent(event) {
    const { button, isPrimary } = event.originalEvent;
    if (!this.stretches || button !== 0 || isPrimary === false || this.panning() || this.targetPointers.length > 1) return false;
    const place = this.#place(event);
    this.pressed = event.pixel;
    if (this.corner === null) this.corner = place;
    this.pointer = place;
    this.#paint();
    return true;
  }

  handleDragEvent(event) {
    if (this.targetPointers.length > 1) this.reset(); // a second finger came: this is a pinch
    else this.handleMoveEvent(event);
  }

  handleMoveEvent(event) {
    const before = this.anchor;
    const place = this.#place(event);
    if (!this.busy && !before && !this.anchor) return;
    if (this.busy) this.pointer = place;
    this.#look(event);
    this.#paint();
  }

  #look(event) { this.part?.look(toImage(event.coordinate), this.#closing(event.originalEvent.pointerType), event.originalEvent.altKey); }

  /** How near to a vertex a click ends the shape or the part there, in image pixels. */
  #closing(pointer) { return (CLOSE[pointer] ?? CLOSE.mouse) * this.getMap().getView().getResolution(); }

  otherSide() {
    if (this.part) this.part.swapped = !this.part.swapped;
    this.#paint();
  }

  handleUpEvent(event) {
    if (!this.pressed || this.corner === null) return false;
    const far = Math.hypot(event.pixel[0] - this.pressed[0], event.pixel[1] - this.pressed[1]) >= STILL;
    const place = this.#place(event);
    const second = this.anchored === true;
    if (!far && !second) {
      this.anchored = true; // a click: the next one sets the opposite corner
      this.pressed = null;
      return false;
    }
    this.anchored = false;
    this.#complete(rounded(stretched(this.type, this.corner, place)));
    return false;
  }

  #click(event, place) {
    this.#look(event);
    if (this.#isDouble(event) && this.busy) {
      this.finish();
      return false;
    }
    if (this.part?.meets) {
      this.#endPart();
      return false;
    }
    if (this.type === "polygon" && this.points.length >= 6) {
      const [x, y] = toImage(event.coordinate);
      if (Math.hypot(this.points[0] - x, this.points[1] - y) <= this.#closing(event.originalEvent.pointerType)) {
        this.finish();
        return false;
      }
    }
    this.points = [...this.points, ...this.#stretch, ...place];
    this.pointer = place;
    this.lastAnchor = this.anchor;
    this.#paint();
    return false;
  }

  #isDouble(event) {
    const [before, now] = [this.lastClick, { pixel: event.pixel, time: event.originalEvent.timeStamp }];
    this.lastClick = now;
    if (!before || now.time - before.time > DOUBLE.milliseconds) return false;
    return Math.hypot(now.pixel[0] - before.pixel[0], now.pixel[1] - before.pixel[1]) <= DOUBLE.pixels;
  }

  /** Ends the shape being drawn; a shape with too few points stays open and the reason is told. */
  finish() {
    if (!this.busy) return false;
    if (this.part) return this.#endPart();
    if (this.stretches) {
      return this.pointer ? this.#oppositeCorner() : false;
    }
    const points = rounded(withoutRepeats(this.points, this.type === "points" ? 0.01 : 0.5));
    const problem = problemWith(this.type, points);
    if (problem) {
      this.points = points;
      this.#paint();
      this.onRefused(problem);
      return false;
    }
    this.#complete(points);
    return true;
  }

  /** Ends the part at the vertex under the pointer; a line's also in the open. */
  #endPart() {
    const { shape } = this.part;
    const { points, problem } = this.part.made(this.points);
    if (problem) {
      this.onRefused(problem);
      return false;
    }
    this.reset();
    this.onRedrawn(shape.client_id, points);
    return true;
  }

  #oppositeCorner() {
    const points = rounded(stretched(this.type, this.corner, this.pointer));
    const problem = problemWith(this.type, points);
    if (problem) {
      this.onRefused(problem); // the first corner stays: nobody sets it twice for a slip of the key
      return false;
    }
    this.anchored = false;
    this.#complete(points);
    return true;
  }

  /** The keyboard's cursor is there now. */
  pointTo(place) {
    if (!this.busy) return;
    this.pointer = place;
    this.part?.look(place, this.#closing());
    this.#paint();
  }

  /** A corner or a point by key. @returns {"corner"|"point"|"done"|null} what it was; null: nothing that keys can set */
  press(place) {
    if (!this.type || this.type === "mask") return null;
    this.pointer = place;
    this.part?.look(place, this.#closing());
    if (this.part?.meets) return this.#endPart() ? "done" : null;
    if (this.stretches && this.corner) return this.#oppositeCorner() ? "done" : null;
    if (this.stretches) {
      this.corner = place;
      this.anchored = true;
    } else {
      this.points = [...this.points, ...place];
    }
    this.#paint();
    return this.stretches ? "corner" : "point";
  }

  /** Takes back the last point of a polygon, a line or a group of points, or the first corner of a box. */
  undoVertex() {
    if (this.corner) {
      this.reset();
      return true;
    }
    if (!this.points.length) return this.cancel();
    this.points = this.points.slice(0, -2);
    this.lastAnchor = null;
    this.#paint();
    return true;
  }

  #complete(points) {
    const problem = problemWith(this.type, points);
    const type = this.type;
    this.reset();
    if (problem) this.onRefused(problem);
    else this.onDrawn(type, points);
  }

  #paint() {
    this.source?.clear();
    if (!this.corner) this.anchored = false;
    const features = this.anchor ? [new Feature(pointAt(this.anchor.x, this.anchor.y))] : [];
    if (!this.source || (!this.busy && !features.length)) return this.onSketch?.(0);
    if (this.part) {
      features.push(...this.part.features(this.points, [...this.#stretch, ...(this.pointer ?? [])]));
    } else if (this.stretches && this.corner) {
      features.push(new Feature(geometryOf(this.type, stretched(this.type, this.corner, this.pointer ?? this.corner))));
    } else if (this.points.length) {
      const line = this.type === "points" ? this.points : [...this.points, ...this.#stretch, ...(this.pointer ?? [])];
      if (line.length >= 4 && this.type !== "points") {
        features.push(new Feature(geometryOf(this.type === "polygon" && line.length >= 6 ? "polygon" : "polyline", line)));
      }
      features.push(new Feature(geometryOf("points", this.points)));
    }
    for (const feature of features) feature.setStyle(sketchStyle(this.color));
    this.source.addFeatures(features);
    return this.onSketch?.(this.points.length / 2 + (this.part ? 1 : 0));
  }
}
