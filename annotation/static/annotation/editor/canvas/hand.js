/** The place the hands are at: the keyboard's cursor while drawing, and the copy that waits to be put down. In image pixels. */
import { Feature, Pointer, RegularShape, Stroke, Style, VectorLayer, VectorSource } from "ol";
import { clipped } from "@/editor/geometry.js";
import { geometryOf, pointAt, toImage } from "@/editor/canvas/projection.js";
import { sketchStyle } from "@/editor/canvas/styles.js";

const cross = (color, width, zIndex) => new Style({ zIndex, image: new RegularShape({ points: 4, radius: 14, radius2: 0, stroke: new Stroke({ color, width }) }) });
const CURSOR = [cross("rgba(0, 0, 0, 0.75)", 5, 8), cross("#ffffff", 2, 9)];
/** Pixels of the screen between the keyboard's cursor and the window's edge. */
const MARGIN = 40;

export class Hand extends Pointer {
  /** @param {{size: () => import("../types.js").Size, onPlaced: (points: number[], keep: boolean) => void}} options */
  constructor(options) {
    super();
    Object.assign(this, options);
    this.source = new VectorSource({ useSpatialIndex: false });
    this.layer = new VectorLayer({ source: this.source, updateWhileInteracting: true, updateWhileAnimating: true });
    this.place = null; // where the pointer was last, or where the keys brought it
    this.byKeys = false;
    this.ghost = null;
  }

  /** What hangs at the hand: a function from the place (null: none known) to points or null. @param {{type: string, color: string, rotation: number, landed: Function}|null} ghost */
  hold(ghost) {
    this.ghost = ghost;
    this.#paint();
  }

  get ghostPoints() { return this.ghost?.landed(this.place) ?? null; }

  handleEvent(event) {
    if (!event.originalEvent) return true;
    if (event.type === "pointermove" || event.type === "pointerdrag" || event.type === "pointerdown") this.#follow(event);
    if (!this.ghost || event.type !== "click" || event.originalEvent.button !== 0) return true;
    this.#follow(event);
    this.onPlaced(this.ghostPoints, event.originalEvent.ctrlKey || event.originalEvent.metaKey);
    return false;
  }

  #follow(event) {
    this.place = clipped(...toImage(event.coordinate), this.size());
    if (!this.byKeys && !this.ghost) return;
    this.byKeys = false;
    this.#paint();
  }

  /** The pointer has left the image: a copy goes where it comes from until the hand is back. */
  leave() {
    if (this.byKeys) return;
    this.place = null;
    this.#paint();
  }

  /** Moves the keyboard's cursor; the first time it appears where the pointer was, or in the middle of the view. */
  steer(dx, dy) {
    const shown = this.byKeys;
    const [x, y] = this.place ?? this.#middle();
    this.byKeys = true;
    this.place = clipped(...(shown ? [x + dx, y + dy] : [Math.round(x), Math.round(y)]), this.size());
    this.#reveal();
    this.#paint();
    return this.place;
  }

  /** Puts the cursor away: nothing is drawn any more. */
  rest() {
    this.byKeys = false;
    this.#paint();
  }

  #middle() {
    const view = this.getMap().getView();
    return clipped(...toImage(view.getCenter()), this.size());
  }

  /** Moves the view when the cursor would leave it. */
  #reveal() {
    const map = this.getMap();
    const [width, height] = map.getSize() ?? [0, 0];
    const view = map.getView();
    const [cx, cy] = toImage(view.getCenter());
    const reach = (side) => Math.max(0, side / 2 - MARGIN) * view.getResolution();
    const [x, y] = this.place;
    if (Math.abs(x - cx) > reach(width) || Math.abs(y - cy) > reach(height)) view.setCenter([x, 0 - y]);
  }

  #paint() {
    const features = [];
    const points = this.ghostPoints;
    if (points) {
      const feature = new Feature(geometryOf(this.ghost.type, points, this.ghost.rotation));
      feature.setStyle(sketchStyle(this.ghost.color));
      features.push(feature);
    }
    if (this.byKeys) {
      const feature = new Feature(pointAt(...this.place));
      feature.setStyle(CURSOR);
      features.push(feature);
    }
    this.source.clear(true);
    this.source.addFeatures(features);
    this.source.changed();
  }
}
