/**
 * Painting a mask: the stroke goes into a raster of the frame and onto a picture of it at once; when the hand is lifted the run lengths are
 * handed over. The mask being painted is shown from that picture, so nothing is decoded between strokes.
 */
import { Feature, Pointer, Polygon, Stroke, Style, VectorLayer, VectorSource } from "ol";
import { boxOf, encoded, fillPolygon, hull, lay, MOST_NUMBERS, rasterOf, seated, stroke } from "@/editor/masks.js";
import { wayOf } from "@/editor/brush.js";
import { overBox, strideFor, tinted } from "@/editor/canvas/bitmaps.js";
import { geometryOf, toImage, toMap } from "@/editor/canvas/projection.js";

const CURSOR = [new Style({ stroke: new Stroke({ color: "rgba(0, 0, 0, 0.7)", width: 3.5 }) }), new Style({ stroke: new Stroke({ color: "#ffffff", width: 1.5 }) })];
const PEN_ERASER = 32;

const sameList = (a, b) => a === b || (a?.length === b?.length && Boolean(a) && a.every((value, i) => value === b[i]));

export class BrushInteraction extends Pointer {
  /**
   * @param {{size: () => {width: number, height: number}, panning: () => boolean, onStroke: (points: number[]|null) => void,
   *          onRefused: (sentence: string) => void, onChanged: () => void}} options `onChanged`: what shows the mask wants to be
   * painted again; `onStroke`: the mask as it is now, null when nothing is left of it
   */
  constructor(options) {
    super();
    Object.assign(this, options);
    this.settings = { way: "brush", size: 24, form: "circle" };
    this.color = "#206bc4";
    this.source = new VectorSource({ useSpatialIndex: false });
    this.layer = new VectorLayer({ source: this.source, updateWhileInteracting: true, updateWhileAnimating: true });
    this.rest();
  }

  /** Lets go of the raster: the tool is put away, or the frame is another one. */
  rest() {
    this.points = null; // the mask as the document has it
    this.raster = null;
    this.box = null; // around all that may be set
    this.stroking = null;
    this.#showCursor(null);
  }

  get way() { return wayOf(this.settings.way); }
  get busy() { return this.stroking !== null; }

  use(settings) {
    this.settings = settings;
    this.#showCursor(this.pointer);
  }

  /** Takes over the mask of the document, in a colour. @param {number[]|null} points null: a new mask */
  show(points, color) {
    const recoloured = color !== this.color;
    this.color = color;
    if (points !== this.points && !this.stroking) {
      this.points = points;
      if (this.raster) this.#load();
    }
    if (recoloured && this.raster) this.#repaint(this.box);
  }

  #load() {
    const { width, height } = this.size();
    if (!this.raster || this.raster.width !== width || this.raster.height !== height) {
      this.raster = rasterOf({ width, height });
      this.stride = strideFor(width, height);
      this.picture = document.createElement("canvas");
      [this.picture.width, this.picture.height] = [Math.ceil(width / this.stride), Math.ceil(height / this.stride)];
      this.feature = new Feature(new Polygon([[[0, 0], [width, 0], [width, height], [0, height], [0, 0]].map(toMap)]));
      this.feature.setStyle(new Style({ renderer: (coordinates, { context }) => overBox(this.picture, coordinates[0], context) }));
      this.box = null;
    } else {
      this.raster.data.fill(0);
    }
    const before = this.box;
    this.box = this.points ? boxOf(this.points) : null;
    if (this.points) lay(this.raster, this.points);
    this.#repaint(hull(before, this.box));
  }

  /** What shows the mask being painted; null while there is nothing to show. */
  get shown() {
    if (!this.raster && this.points) this.#load();
    return this.raster && this.box ? this.feature : null;
  }

  /** Paints a box of the raster onto the picture, with the pixels around it, whose edge may be another now. */
  #repaint(box) {
    if (!box) return;
    const { stride, raster, picture } = this;
    const down = (value) => Math.max(0, Math.floor(value / stride) * stride - stride);
    const [left, top] = [down(box[0]), down(box[1])];
    const [right, bottom] = [Math.min(raster.width - 1, box[2] + stride), Math.min(raster.height - 1, box[3] + stride)];
    picture.getContext("2d").putImageData(tinted(raster, [left, top, right, bottom], this.color, true, stride), left / stride, top / stride);
    this.onChanged();
  }

  handleDownEvent(event) {
    const { button, buttons, isPrimary } = event.originalEvent;
    const rubber = (buttons & PEN_ERASER) !== 0;
    if ((button !== 0 && !rubber) || isPrimary === false || this.panning() || this.targetPointers.length > 1) return false;
    const value = rubber ? 0 : this.way.value;
    if (!value && !this.points) {
      this.#nothingThere();
      return true;
    }
    if (!this.raster) this.#load();
    const place = toImage(event.coordinate);
    this.stroking = { value, last: place };
    this.#to(place);
    return true;
  }

  handleDragEvent(event) {
    if (this.targetPointers.length > 1) this.cancel(); // a second finger came: this is a pinch
    this.#showCursor(toImage(event.coordinate));
    if (!this.stroking) return;
    const between = event.originalEvent.getCoalescedEvents?.() ?? [];
    for (const one of between) this.#to(toImage(event.map.getEventCoordinate(one)));
    this.#to(toImage(event.coordinate));
  }

  handleMoveEvent(event) { this.#showCursor(toImage(event.coordinate)); }

  handleUpEvent(event) {
    if (event.originalEvent.pointerType === "touch") this.#showCursor(null);
    if (this.stroking) this.#finish();
    return false;
  }

  #to(place) {
    const { last, value } = this.stroking;
    const reached = stroke(this.raster, last, place, this.settings, value);
    this.stroking.last = place;
    if (!reached) return;
    if (value) this.box = hull(this.box, reached);
    this.#repaint(reached);
  }

  /** A dab of the brush by key. @returns {"dab"|null} null: there is nothing to erase */
  press(place) {
    const { value } = this.way;
    if (!value && !this.points) return this.#nothingThere();
    if (!this.raster) this.#load();
    this.stroking = { value, last: place };
    this.#to(place);
    this.#finish();
    return "dab";
  }

  #nothingThere() {
    this.onRefused("There is nothing to take away yet. Select a mask and press B to change it, or paint first.");
    return null;
  }

  /** Fills a polygon into the mask, or cuts it out. @param {number[]} corners x y x y … */
  fill(corners) {
    const { value } = this.way;
    if (!value && !this.points) {
      this.#nothingThere();
      return;
    }
    if (!this.raster) this.#load();
    const reached = fillPolygon(this.raster, corners, value);
    if (reached && value) this.box = hull(this.box, reached);
    this.#repaint(reached);
    this.#finish();
  }

  #finish() {
    this.stroking = null;
    const points = this.box && encoded(this.raster, this.box);
    if (points && points.length > MOST_NUMBERS) {
      this.onRefused("This mask would become too ragged to be stored. Use a larger brush, or make two masks of it.");
      this.#load();
    } else if (!sameList(points, this.points)) {
      this.points = points;
      if (points) this.box = boxOf(points);
      this.onStroke(points);
    }
  }

  /** Drops the stroke in progress; the mask is as before. Returns whether there was one. */
  cancel() {
    if (!this.stroking) return false;
    this.stroking = null;
    this.handlingDownUpSequence = false;
    this.#load();
    return true;
  }

  /** The brush's outline where it would paint, whole pixels; null: put it away. */
  #showCursor(place) {
    this.pointer = place;
    this.source.clear();
    if (!place || !this.getActive() || this.way.polygon) return;
    const { size, form } = this.settings;
    const [x, y] = place.map((value) => seated(value, size));
    const r = size / 2;
    const outline = new Feature(form === "square" ? geometryOf("rectangle", [x - r, y - r, x + r, y + r]) : geometryOf("ellipse", [x, y, x + r, y - r]));
    outline.setStyle(CURSOR);
    this.source.addFeature(outline);
  }

  pointTo(place) { this.#showCursor(place); }

  hideCursor() { this.#showCursor(null); }
}
