/** Selecting, moving, resizing and editing vertices. Everything is decided on point lists; the map only reports where the pointer is. */
import { Pointer } from "ol";
import { anchorAt } from "@/editor/borders.js";
import { clipped, dragged, handleAt, moved, problemWith, rounded, shapeAt, snapped, withAnother } from "@/editor/geometry.js";
import { draggedTurned, rotationTowards, turnedTo } from "@/editor/rotation.js";
import { toImage } from "@/editor/canvas/projection.js";

/** Screen pixels around a line or a handle that still count as a hit. */
export const REACH = { mouse: 7, pen: 9, touch: 16 };
const STILL = 3;
/** Screen pixels: a corner or a point this near to the image's edge jumps onto it, with Ctrl held to a neighbour's border. */
export const EDGE_REACH = 5;
export const BORDER_REACH = 12;
const SHIFT_STEPS = 15;

export class EditInteraction extends Pointer {
  /** @param {{size: () => {width: number, height: number}, visible: () => any[], selected: () => any, editable: () => boolean,
   *           panning: () => boolean, arm: (shape: any) => number, onSelect: Function, onHover: Function, onPreview: Function,
   *           onEdited: Function, onRefused: Function, onPaint: (id: string) => void, cursor: (name: string) => void,
   *           onRedraw: (shape: any, vertex: number) => void, onDeletePoint: (id: string, index: number) => void}} options
   * `onPreview` and `onEdited` get (id, points, rotation); `arm` is where the turning handle stands, as for handlesOf */
  constructor(options) {
    super();
    Object.assign(this, options);
    this.drag = null;
    this.pressedWith = null; // what was selected when the button went down
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
      if (event.originalEvent.shiftKey && this.#another(event, x, y)) return super.handleEvent(event);
      // Alt deletes a vertex when it is pressed: the place under the pointer is empty by now.
      if (!event.originalEvent.altKey && !this.#target(event, x, y)) this.onSelect(null);
    }
    if (event.type === "dblclick" && this.editable() && !this.panning()) {
      const shape = this.#target(event, ...toImage(event.coordinate))?.shape;
      if (shape?.type === "mask") this.onPaint(shape.client_id);
    }
    return super.handleEvent(event);
  }

  /** Shift+click: on a vertex of the selected line or polygon a part of it is drawn again from there; elsewhere it gets one point more. */
  #another(event, x, y) {
    const shape = this.selected();
    if (!shape || shape !== this.pressedWith || !this.editable()) return false;
    const handle = shape.type === "points" ? null : handleAt(shape, x, y, this.#reach(event));
    if (handle?.kind === "vertex") {
      this.onRedraw(shape, handle.index);
      return true;
    }
    const points = withAnother(shape.type, shape.points, ...snapped(x, y, this.size(), this.#pixels(event, EDGE_REACH)));
    if (points) this.onEdited(shape.client_id, rounded(points), shape.rotation);
    return points !== null;
  }

  #pixels(event, count) { return count * event.map.getView().getResolution(); }

  /** What the pointer is on: a handle of the selected shape, or a shape. */
  #target(event, x, y) {
    const selected = this.selected();
    const reach = this.#reach(event);
    if (selected && this.editable()) {
      const handle = handleAt(selected, x, y, reach, this.arm(selected));
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
    const { button, altKey, shiftKey, isPrimary } = event.originalEvent;
    if (button !== 0 || isPrimary === false || this.panning() || this.targetPointers.length > 1) return false;
    const [x, y] = toImage(event.coordinate);
    const target = this.#target(event, x, y);
    this.pressedWith = this.selected();
    if (!target) return false;
    const { shape, handle } = target;
    if (shiftKey && this.selected() !== shape && this.#takesPoints()) return false; // Shift+click adds a point to the selected one
    if (this.selected() !== shape) this.onSelect(shape.client_id);
    if (!this.editable() || shape.type === "mask") return false; // look at it, and pan
    if (altKey && handle?.kind === "vertex") {
      this.onDeletePoint(shape.client_id, handle.index);
      return true;
    }
    this.drag = { shape, handle, from: [x, y], pixel: event.pixel, points: null };
    return true;
  }

  #takesPoints() {
    const shape = this.selected();
    return Boolean(shape && this.editable() && withAnother(shape.type, shape.points, 0, 0));
  }

  handleDragEvent(event) {
    if (this.targetPointers.length > 1) this.cancel(); // a second finger came: this is a pinch
    if (!this.drag) return;
    const { shape, handle, from, pixel } = this.drag;
    const still = Math.hypot(event.pixel[0] - pixel[0], event.pixel[1] - pixel[1]) < STILL;
    if (still && !this.drag.points) return;
    const [x, y] = toImage(event.coordinate);
    if (handle?.kind === "turn") this.#turn(event, x, y);
    else if (handle) this.drag.points = this.#stretched(event, x, y);
    else this.drag.points = moved(shape.type, shape.points, x - from[0], y - from[1], this.size(), shape.rotation);
    if (this.drag.points) this.onPreview(shape.client_id, this.drag.points, this.drag.rotation ?? shape.rotation);
  }

  #turn(event, x, y) {
    const { shape, handle } = this.drag;
    const steps = event.originalEvent.shiftKey ? SHIFT_STEPS : 0;
    const wanted = rotationTowards(shape.type, shape.points, x, y, { below: handle.index === 1, steps });
    const turned = turnedTo(shape.type, shape.points, wanted, this.size());
    if (turned) Object.assign(this.drag, turned); // where there is no room it stays as it was last
  }

  #stretched(event, x, y) {
    const { shape, handle } = this.drag;
    if (shape.rotation) return draggedTurned(shape.type, shape.points, shape.rotation, handle, x, y, this.size());
    const { ctrlKey, metaKey } = event.originalEvent;
    const others = ctrlKey || metaKey ? this.visible().filter((other) => other !== shape) : [];
    const anchor = anchorAt(others, x, y, this.#pixels(event, BORDER_REACH));
    const place = anchor ? clipped(anchor.x, anchor.y, this.size()) : snapped(x, y, this.size(), this.#pixels(event, EDGE_REACH));
    return dragged(shape.type, shape.points, handle, ...place, this.size());
  }

  handleUpEvent() {
    const drag = this.drag;
    this.drag = null;
    if (!drag?.points) return false;
    const points = rounded(drag.points);
    const problem = problemWith(drag.shape.type, points);
    if (problem) this.onRefused(problem);
    else this.onEdited(drag.shape.client_id, points, drag.rotation ?? drag.shape.rotation);
    this.onPreview(null, null);
    return false;
  }
}
