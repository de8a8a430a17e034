/** Pins of issues over the image, and the hand that sets one. Plain data in image pixels in and out. */
import { Circle, Feature, Fill, Pointer, Stroke, Style, Text, VectorLayer, VectorSource } from "ol";
import { clipped, rounded, shapeAt } from "@/editor/geometry.js";
import { stateOf } from "@/editor/issues.js";
import { geometryOf, pointAt, toImage, toMap } from "@/editor/canvas/projection.js";

/** Fill of a pin: open, about an earlier attempt, resolved. Each has 4.5:1 to its white number. */
export const COLORS = { open: "#c2410c", earlier: "#6b46c1", resolved: "#2b7a3d" };
const SKETCH = "#f76707";
/** Screen pixels: how near to a pin's middle a click counts, and how far a press moves before it is a rectangle. */
const REACH = 13;
const STILL = 5;
const EDGE = 24;
const TOP_LAYER = 20;

export class Pins extends Pointer {
  #shown = { issues: [], numbers: new Map(), selectedId: null, placing: false, card: null };
  #press = null;

  /** @param {import("./canvas.js").Canvas} canvas @param {{size: () => {width: number, height: number}, onPlaced: (position: number[]) => void,
   *         onPin: (id: number) => void, onAsked: (x: number, y: number) => void, onMoved: () => void}} events `onAsked`: a right click */
  constructor(canvas, events) {
    super();
    Object.assign(this, { canvas, events });
    this.source = new VectorSource({ useSpatialIndex: false });
    this.layer = new VectorLayer({ source: this.source, className: "ed-layer-pins", zIndex: TOP_LAYER, updateWhileInteracting: true, updateWhileAnimating: true });
    canvas.map.addLayer(this.layer);
    canvas.map.addInteraction(this); // the last one is asked first
    canvas.map.on("moveend", () => events.onMoved());
    canvas.element.addEventListener("contextmenu", (event) => this.#asked(event), { capture: true });
  }

  #asked(event) {
    event.preventDefault();
    event.stopImmediatePropagation(); // no menu of verbs that cannot be done here
    const [x, y] = toImage(this.canvas.map.getEventCoordinate(event));
    const { width, height } = this.events.size();
    if (x >= 0 && y >= 0 && x <= width && y <= height) this.events.onAsked(...rounded([x, y]));
  }

  /** @param {{issues: import("../issues.js").Issue[], numbers: Map<number, number>, selectedId: number|null, placing: boolean,
   *           card: number[]|null}} shown of the present frame */
  show(shown) {
    const { placing } = this.#shown;
    this.#shown = shown;
    if (placing !== shown.placing) {
      this.#press = null;
      this.canvas.element.classList.toggle("is-drawing", shown.placing);
      this.canvas.element.style.cursor = shown.placing ? "crosshair" : "grab";
    }
    this.#paint();
  }

  /** Screen pixels of a place within the canvas, for what is laid over it. */
  pixel([x, y]) { return this.canvas.map.getPixelFromCoordinate(toMap([x, y])); }

  /** Whether a place (or the middle of a rectangle) is on the screen, not right at its edge. */
  inView([x1, y1, x2 = x1, y2 = y1]) {
    const [width, height] = this.canvas.map.getSize() ?? [0, 0];
    const at = this.pixel([(x1 + x2) / 2, (y1 + y2) / 2]);
    return Boolean(at) && at[0] > EDGE && at[1] > EDGE && at[0] < width - EDGE && at[1] < height - EDGE;
  }

  /** The image pixel in the middle of the view, or the nearest one inside. */
  middle() { return rounded(clipped(...toImage(this.canvas.map.getView().getCenter()), this.events.size())); }

  shapeAt(shapes, x, y) { return shapeAt(shapes, x, y, 5 * this.canvas.map.getView().getResolution()); }

  #pinAt(pixel) {
    const near = (issue) => {
      const at = this.pixel(issue.position);
      return at && Math.hypot(at[0] - pixel[0], at[1] - pixel[1]) <= REACH;
    };
    return this.#shown.issues.findLast(near) ?? null;
  }

  get #panning() { return this.canvas.element.classList.contains("is-panning"); }

  handleEvent(event) {
    if (!event.originalEvent || this.#panning) return true;
    if (this.#shown.placing) {
      if (event.type === "click" || event.type === "dblclick") return false; // the press was it
      return super.handleEvent(event) && event.type !== "pointermove";
    }
    const pin = ["click", "pointermove", "pointerdown"].includes(event.type) ? this.#pinAt(event.pixel) : null;
    if (!pin) return true;
    if (event.type === "click") this.events.onPin(pin.id);
    else this.canvas.element.style.cursor = "pointer";
    return false;
  }

  handleDownEvent(event) {
    const { button, isPrimary } = event.originalEvent;
    if (button !== 0 || isPrimary === false || this.targetPointers.length > 1) return false;
    this.#press = { from: this.#place(event), pixel: event.pixel, to: null };
    return true;
  }

  handleDragEvent(event) {
    if (!this.#press) return;
    if (this.targetPointers.length > 1) {
      this.#press = null; // a second finger came: this is a pinch
    } else {
      const { pixel } = this.#press;
      const far = Math.hypot(event.pixel[0] - pixel[0], event.pixel[1] - pixel[1]) >= STILL;
      this.#press.to = far || this.#press.to ? this.#place(event) : null;
    }
    this.#paint();
  }

  handleUpEvent() {
    const press = this.#press;
    this.#press = null;
    if (press) this.events.onPlaced(positionOf(press.from, press.to));
    return false;
  }

  #place(event) { return clipped(...toImage(event.coordinate), this.events.size()); }

  #paint() {
    const { issues, card, selectedId } = this.#shown;
    const press = this.#press;
    const features = issues.flatMap((issue) => this.#pin(issue, issue.id === selectedId));
    const sketch = press?.to ? positionOf(press.from, press.to) : card;
    if (sketch) features.push(...region(sketch, SKETCH, 2), marked(pointAt(sketch[0], sketch[1]), pinStyle(SKETCH, "+", true)));
    this.source.clear(true);
    this.source.addFeatures(features);
    this.source.changed();
  }

  #pin(issue, selected) {
    const color = COLORS[stateOf(issue)];
    const name = issue.resolved ? "✓" : String(this.#shown.numbers.get(issue.id) ?? "");
    return [...region(issue.position, color, selected ? 3 : 1.5), marked(pointAt(...issue.position.slice(0, 2)), pinStyle(color, name, selected))];
  }
}

/** `x y`, or `x1 y1 x2 y2` in order. */
export function positionOf(from, to) {
  if (!to || (to[0] === from[0] && to[1] === from[1])) return rounded(from);
  return rounded([Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1])]);
}

const marked = (geometry, style) => {
  const feature = new Feature(geometry);
  feature.setStyle(style);
  return feature;
};

function region(position, color, width) {
  if (position.length < 4) return [];
  const halo = new Style({ stroke: new Stroke({ color: "rgba(255, 255, 255, 0.85)", width: width + 2 }) });
  const line = new Style({ stroke: new Stroke({ color, width, lineDash: [7, 4] }) });
  return [marked(geometryOf("rectangle", position), [halo, line])];
}

function pinStyle(color, text, selected) {
  const image = new Circle({ radius: selected ? 14 : 11, fill: new Fill({ color }), stroke: new Stroke({ color: "#ffffff", width: selected ? 3 : 2 }) });
  const style = new Style({ image, text: new Text({ text, font: "700 12px system-ui, sans-serif", offsetY: 1, fill: new Fill({ color: "#ffffff" }) }) });
  style.setZIndex(selected ? 2 : 1);
  return style;
}
