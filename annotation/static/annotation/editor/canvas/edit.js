/** Selecting, moving, resizing and editing vertices. Everything is decided on point lists; the map only reports where the pointer is. */
import { Pointer } from "ol";
import { dragged, handleAt, moved, problemWith, rounded, shapeAt, withoutVertex } from "@/editor/geometry.js";
import { toImage } from "@/editor/canvas/projection.js";

/** Screen pixels around a line or a handle that still count as a hit. */
const REACH = { mouse: 7, pen: 9, touch: 16 };
const STILL = 3;

export class EditInteraction extends Pointer {
  /** @param {{size: () => {width: number, height: number}, visible: () => any[], selected: () => any, editable: () => boolean,
   *           panning: () => boolean, onSelect: Function, onHover: Function, onPreview: Function, onEdited: Function, onRefused: Function,
   *           cursor: (name: string) => void}} options */
  constructor(options) {
    super();
    Object.assign(this, options);
    this.drag = null;
  }

  #reach(event) {
    return (REACH[event.originalEvent.pointerType] ?? REACH.mouse) * event.map.getView().getResolution();
  }

  /** Drops a drag in progress; the shape is as before. */
  cancel() {
    if (!this.drag) return false;
    this.drag = null;
    this.handlingDownUpSequence = false;
    this.onPreview(null, null);
    return true;
  }

  handleEvent(event) {
    if (event.type === "click" && event.originalEvent.button === 0 && !this.panning()) {
      const [x, y] = toImage(event.coordinate);
      if (!this.#target(event, x, y)) this.onSelect(null);
    }
    return super.handleEvent(event);
  }

  /** What the pointer is on: a handle of the selected shape, or a shape. */
  #target(event, x, y) {
    const selected = this.selected();
    const reach = this.#reach(event);
    if (selected && this.editable()) {
      const handle = handleAt(selected, x, y, reach);
      if (handle) return { shape: selected, handle };
    }
    const shape = shapeAt(this.visible(), x, y, reach * 0.7);
    return shape ? { shape, handle: null } : null;
  }

  handleMoveEvent(event) {
    const target = this.#target(event, ...toImage(event.coordinate));
    this.onHover(target && !target.handle ? target.shape.client_id : null);
    const over = target && (this.editable() && target.shape === this.selected() && target.shape.type !== "mask" ? "move" : "pointer");
    this.cursor(target?.handle?.cursor ?? over ?? "grab");
  }

  handleDownEvent(event) {
    const { button, altKey, isPrimary } = event.originalEvent;
    if (button !== 0 || isPrimary === false || this.panning() || this.targetPointers.length > 1) return false;
    const [x, y] = toImage(event.coordinate);
    const target = this.#target(event, x, y);
    if (!target) return false;
    const { shape, handle } = target;
    if (this.selected() !== shape) this.onSelect(shape.client_id);
    if (!this.editable() || shape.type === "mask") return false; // look at it, and pan
    if (altKey && handle?.kind === "vertex") {
      this.#deleteVertex(shape, handle);
      return true;
    }
    this.drag = { shape, handle, from: [x, y], pixel: event.pixel, points: null };
    return true;
  }

  #deleteVertex(shape, handle) {
    const points = withoutVertex(shape.type, shape.points, handle.index);
    if (points) this.onEdited(shape.client_id, points);
    else this.onRefused("This shape has no point to spare. Press Del to delete all of it.");
  }

  handleDragEvent(event) {
    if (this.targetPointers.length > 1) this.cancel(); // a second finger came: this is a pinch
    if (!this.drag) return;
    const { shape, handle, from, pixel } = this.drag;
    const still = Math.hypot(event.pixel[0] - pixel[0], event.pixel[1] - pixel[1]) < STILL;
    if (still && !this.drag.points) return;
    const [x, y] = toImage(event.coordinate);
    this.drag.points = handle
      ? dragged(shape.type, shape.points, handle, x, y, this.size())
      : moved(shape.type, shape.points, x - from[0], y - from[1], this.size());
    this.onPreview(shape.client_id, this.drag.points);
  }

  handleUpEvent() {
    const drag = this.drag;
    this.drag = null;
    if (!drag?.points) return false;
    const points = rounded(drag.points);
    const problem = problemWith(drag.shape.type, points);
    if (problem) this.onRefused(problem);
    else this.onEdited(drag.shape.client_id, points);
    this.onPreview(null, null);
    return false;
  }
}
