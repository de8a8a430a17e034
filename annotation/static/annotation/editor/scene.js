/** What the canvas shows of the editor's state: shapes that are not hidden, those that stand out, the mask being painted, the copy at the hand. */
import { landed } from "@/editor/copies.js";

/** Pixels a copy lies beside its original. */
const BESIDE = 14;
const NO_SHAPES = Object.freeze([]);
const NOBODY = new Set();
const UNKNOWN = "#868e96";

export class Scene {
  #of = null;
  #without = null;
  #list = NO_SHAPES;

  /** @param {import("./app.js").App} app */
  constructor(app) { this.app = app; }

  get shapes() {
    const { state, content: { shapes } } = this.app;
    if (state.hideAll) return NO_SHAPES;
    if (!state.hidden.size) return shapes;
    // One list per content and hidden set, so that the canvas sees by identity that nothing changed.
    if (this.#of !== shapes || this.#without !== state.hidden) {
      [this.#of, this.#without] = [shapes, state.hidden];
      this.#list = shapes.filter((shape) => !state.hidden.has(shape.client_id));
    }
    return this.#list;
  }

  /** Those picked for a group, or the companions of the one under the pointer or selected. */
  get marked() {
    const { app } = this;
    const { picked, hoveredId, selectedId } = app.state;
    if (picked) return picked;
    const group = app.object(hoveredId)?.group || app.object(selectedId)?.group;
    return group ? new Set(app.content.shapes.filter((shape) => shape.group === group).map((shape) => shape.client_id)) : NOBODY;
  }

  /** What the brush works on; null: it is put away. */
  get #paint() {
    const { app } = this;
    if (app.state.tool !== "mask") return null;
    const target = app.paintTarget;
    const label = target ? app.labelsById.get(target.label_id) : app.label;
    return { id: target?.client_id ?? null, points: target?.points ?? null, color: label?.color ?? UNKNOWN };
  }

  /** All of it, as Canvas.show takes it. */
  get shown() {
    const { app } = this;
    const { selectedId, hoveredId, picked, locked } = app.state;
    return { shapes: this.shapes, labels: app.labelsById, selectedId, hoveredId, editable: app.editable && !picked, locked, marked: this.marked,
      paint: this.#paint };
  }

  /** The copy that hangs at the hand while pasting, as Canvas.hold takes it; null: none. */
  get ghost() {
    const { app } = this;
    const { pasting, clipboard } = app.state;
    if (!pasting) return null;
    const { shape, frame } = clipboard;
    const beside = frame === app.frame.number ? [BESIDE, BESIDE] : [0, 0];
    return { type: shape.type, rotation: shape.rotation, color: app.labelsById.get(shape.label_id)?.color ?? UNKNOWN,
      landed: (middle) => landed(shape, app.frame, { middle, step: beside }) };
  }
}
