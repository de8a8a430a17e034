/**
 * The shapes that nobody touches. While the view moves they are only shifted and scaled; when it rests they are drawn anew, a slice in each frame
 * of the screen. When a few of them change, only the places where they were and are get drawn. Without any, what is drawn is kept and put out
 * of sight: the same shapes come back without a new drawing.
 */
import { ImageLayer } from "ol";
import { outlineOf, spreadOf } from "@/editor/geometry.js";
import { changesBetween } from "@/editor/changes.js";
import { FROM_FILE } from "@/editor/starting.js";
import { holder, isMoving, placeFor, Plate, samePlace } from "@/editor/canvas/plate.js";
import { withAlpha } from "@/editor/canvas/styles.js";

/** Screen pixels, as styles.js has them for a shape that is not active. */
const LOOK = { halo: 3.5, haloColor: "rgba(0, 0, 0, 0.35)", line: 2, inside: 0.14, dot: 5, dotLine: 1.5, dotEdge: "#ffffff" };
/** Screen pixels around a shape's outline that its line and its points may cover. */
const OVERHANG = 9;
/** More changes than this are drawn as a whole. */
const FEW = 60;
/** Milliseconds of drawing in one frame of the screen. */
const SLICE = 7;

export class Resting {
  #shapes = [];
  #colorOf = () => "#868e96";
  #plate = new Plate();
  /** What is drawn behind, and how many shapes of it are there. */
  #next = null;
  #forms = new WeakMap();
  /** Everything has to be drawn anew, once there is something. */
  #stale = false;

  /** @param {string} className @param {(context: CanvasRenderingContext2D, shape: object, color: string, ring: number[][]) => void} [paintMask] in
   * image pixels; without one a mask is the box that it fills */
  constructor(className, paintMask = null) {
    this.paintMask = paintMask;
    this.element = holder(className);
    this.element.append(this.#plate.canvas);
    this.layer = new ImageLayer({ render: (frame) => this.#render(frame) });
  }

  /** @param {import("../types.js").Shape[]} shapes in the order they are drawn @param {(shape: object) => string} colorOf @param {boolean} anew */
  show(shapes, colorOf, anew = false) {
    this.element.style.visibility = shapes.length ? "" : "hidden";
    this.#stale ||= anew;
    if (!shapes.length) return;
    this.#take(shapes, colorOf, this.#stale);
    this.#stale = false;
  }

  #take(shapes, colorOf, anew) {
    const changes = anew ? null : changesBetween(this.#shapes, shapes, FEW);
    this.#shapes = shapes;
    this.#colorOf = colorOf;
    if (this.#plate.place && (!changes || changes.length)) {
      this.#next = null; // what is drawn behind has the old shapes
      if (changes) changes.forEach((shape) => this.#patch(shape));
      else this.#whole(this.#plate.place);
    }
    this.layer.changed();
  }

  get #hidden() { return this.element.style.visibility === "hidden"; }

  #render(frame) {
    const place = placeFor(frame);
    if (this.#plate.place?.ratio !== place.ratio) this.#whole(place);
    else if (isMoving(frame)) this.#next = null;
    else if (!this.#hidden && !samePlace(this.#plate.place, place)) this.#goOn(place);
    this.#plate.follow(frame);
    return this.element;
  }

  /** All shapes at once, in front. */
  #whole(place) {
    this.#next = null;
    this.#plate.begin(place);
    for (const shape of this.#shapes) this.#draw(this.#plate, shape);
  }

  /** All shapes behind, a slice in each frame of the screen; the last one brings them to the front. */
  #goOn(place) {
    if (!samePlace(this.#next?.plate.place, place)) {
      this.#next = { plate: new Plate(), at: 0 };
      this.#next.plate.begin(place);
    }
    const { plate } = this.#next;
    const end = performance.now() + SLICE;
    while (this.#next.at < this.#shapes.length && performance.now() < end) {
      this.#draw(plate, this.#shapes[this.#next.at]);
      this.#next.at += 1;
    }
    if (this.#next.at < this.#shapes.length) {
      requestAnimationFrame(() => this.layer.changed());
      return;
    }
    this.#plate.canvas.replaceWith(plate.canvas);
    [this.#plate, this.#next] = [plate, null];
  }

  /** Draws the place of one shape, which came or went, with everything else there. */
  #patch(shape) {
    const plate = this.#plate;
    const { canvas, context } = plate;
    const here = this.#box(shape, plate.place);
    if (here.right <= 0 || here.bottom <= 0 || here.left >= canvas.width || here.top >= canvas.height) return;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(here.left, here.top, here.right - here.left, here.bottom - here.top);
    context.clip();
    context.clearRect(here.left, here.top, here.right - here.left, here.bottom - here.top);
    for (const other of this.#shapes) {
      const box = this.#box(other, plate.place);
      if (box.left < here.right && box.right > here.left && box.top < here.bottom && box.bottom > here.top) this.#draw(plate, other);
    }
    context.restore();
  }

  /** Whole device pixels of a plate that a shape may cover. */
  #box(shape, { left, top, resolution, ratio }) {
    const [x1, y1, x2, y2] = this.#form(shape).spread;
    const scale = ratio / resolution;
    const over = OVERHANG * ratio;
    return { left: Math.floor((x1 - left) * scale - over), top: Math.floor((y1 - top) * scale - over),
      right: Math.ceil((x2 + 1 - left) * scale + over), bottom: Math.ceil((y2 + 1 - top) * scale + over) };
  }

  /** What a shape looks like apart from its colour, kept as long as the shape. */
  #form(shape) {
    let form = this.#forms.get(shape);
    if (!form) {
      const { type, points, rotation } = shape;
      form = { spread: spreadOf(type, points, rotation), ring: outlineOf(type, points, rotation), path: null };
      if (type !== "points") form.path = pathOf(form.ring, type !== "polyline");
      this.#forms.set(shape, form);
    }
    return form;
  }

  #draw(plate, shape) {
    const { left, top, resolution, wide, high } = plate.place;
    const { ring, path, spread } = this.#form(shape);
    if (spread[2] < left || spread[3] < top || spread[0] > left + wide * resolution || spread[1] > top + high * resolution) return;
    const look = { color: this.#colorOf(shape), resolution, filled: shape.type !== "polyline", dash: dashOf(shape) };
    plate.inImagePixels();
    if (shape.type === "mask" && this.paintMask) this.paintMask(plate.context, shape, look.color, ring);
    else if (shape.type === "points") dotted(plate.context, ring, look);
    else outlined(plate.context, path, look);
  }
}

function pathOf(ring, closed) {
  const path = new Path2D();
  ring.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
  if (closed) path.closePath();
  return path;
}

/** Dots: out of a file, not changed yet. Dashes: partly hidden by something. */
const dashOf = ({ source, occluded }) => (source === FROM_FILE ? [2, 4] : occluded ? [7, 5] : []);

function outlined(context, path, { color, resolution, filled, dash }) {
  const { halo, haloColor, line, inside } = LOOK;
  context.lineCap = context.lineJoin = "round";
  context.setLineDash([]);
  context.lineWidth = halo * resolution;
  context.strokeStyle = haloColor;
  context.stroke(path);
  if (filled) {
    context.fillStyle = withAlpha(color, inside);
    context.fill(path);
  }
  context.setLineDash(dash.map((length) => length * resolution));
  context.lineWidth = line * resolution;
  context.strokeStyle = color;
  context.stroke(path);
}

function dotted(context, ring, { color, resolution }) {
  context.setLineDash([]);
  context.fillStyle = color;
  context.strokeStyle = LOOK.dotEdge;
  context.lineWidth = LOOK.dotLine * resolution;
  for (const [x, y] of ring) {
    context.beginPath();
    context.arc(x, y, LOOK.dot * resolution, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}
