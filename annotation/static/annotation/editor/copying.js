/** Copy, paste, duplicate, propagate. A copy carries all answers of its original, mutable or not, as CVAT's shapes do. */
import { Arranging } from "@/editor/arranging.js";
import { copyOf, landed, reached } from "@/editor/copies.js";
import { newClientId } from "@/editor/store.js";
import { describe } from "@/editor/words.js";

/** Pixels a copy lies beside its original. */
const STEP = 14;
const NO_ROOM = "This frame is too small for that object.";

export class Copying extends Arranging {
  copy() {
    const { selected } = this.app;
    if (!selected?.points || String(getSelection())) return false;
    this.app.set({ clipboard: { shape: selected, frame: this.app.frame.number, count: 0 } });
    this.app.notice("Copied. Ctrl+V puts it here or on another frame.");
    return undefined;
  }

  /** The copy hangs at the pointer until a click, Enter or Ctrl+V puts it down; Ctrl held while clicking keeps it there for the next one. */
  paste() {
    const { app } = this;
    if (!app.state.clipboard) return this.#nothingCopied();
    if (app.state.pasting) return this.place();
    if (this.refuseSketch()) return undefined;
    app.useTool(null);
    app.set({ pasting: true, selectedId: null });
    app.syncGhost();
    app.say("Put the copy in its place: a click, or arrow keys and Enter. Escape leaves it.");
    return undefined;
  }

  /** Puts the hanging copy down. @param {number[]|null} points where it is shown @param {boolean} keep whether to go on pasting */
  place(points = this.app.canvas.ghostPoints, keep = false) {
    const { app } = this;
    if (!points) return app.notice(NO_ROOM, "warning");
    const id = this.#add(app.state.clipboard.shape, points);
    if (!keep) this.stopPasting();
    if (!keep) app.select(id);
    return undefined;
  }

  stopPasting() {
    this.app.set({ pasting: false });
    this.app.syncGhost();
  }

  /** At once: in its own place on another frame, beside itself on its own. */
  pasteInPlace() {
    const { app } = this;
    const { clipboard } = app.state;
    if (!clipboard) return this.#nothingCopied();
    if (this.refuseSketch()) return undefined;
    app.useTool(null);
    const same = clipboard.frame === app.frame.number;
    clipboard.count += same ? 1 : 0;
    const step = same ? STEP * clipboard.count : 0;
    const points = landed(clipboard.shape, app.frame, { step: [step, step] });
    if (!points) return app.notice(NO_ROOM, "warning");
    app.select(this.#add(clipboard.shape, points));
    return undefined;
  }

  /** The selected object once more, beside itself; the clipboard stays as it is. */
  duplicate() {
    const { app } = this;
    const { selected } = app;
    if (!selected?.points) return app.notice("Select an object first: Tab walks from one to the next.");
    const points = landed(selected, app.frame, { step: [STEP, STEP] });
    if (points) app.select(this.#add(selected, points));
    return undefined;
  }

  #nothingCopied() { return this.app.notice("Nothing is copied yet. Select an object and press Ctrl+C."); }

  #add(shape, points) {
    const client_id = newClientId();
    const copy = copyOf(shape, points, client_id);
    this.change((frame) => { frame.shapes.push(copy); });
    this.app.say(`${describe(copy, this.app.labelsById.get(copy.label_id))} added`);
    return client_id;
  }

  // --- propagate -------------------------------------------------------------------------------------------------------------------

  /** Asks where to: the window is panels/propagate.js. */
  propagate() {
    const { app } = this;
    if (!app.selected?.points) return app.notice("Select the object to propagate first: Tab walks from one to the next.");
    if (app.frames.length < 2) return app.notice("This job has one frame only: there is no other to propagate to.");
    const direction = app.state.index < app.frames.length - 1 ? 1 : -1;
    const most = reached(app.state.index, Infinity, direction, app.frames.length).length;
    app.set({ dialog: { kind: "propagate", id: app.state.selectedId, direction, count: Math.min(10, most) } });
    return undefined;
  }

  /** Copies onto the next frames in one step of undo. @param {{id: string, direction: 1|-1, count: number}} asked */
  propagateTo({ id, direction, count }) {
    const { app } = this;
    const shape = app.object(id);
    const copies = new Map();
    const places = reached(app.state.index, count, direction, app.frames.length);
    for (const at of places) {
      const points = landed(shape, app.frames[at]);
      if (points) copies.set(app.frames[at].number, copyOf(shape, points, newClientId()));
    }
    app.set({ dialog: null });
    if (!copies.size) return app.notice("No copy was made: those frames are too small for that object.", "warning");
    app.store.changeMany([...copies.keys()], (frame, number) => { frame.shapes.push(copies.get(number)); }, app.frame.number);
    const missing = places.length - copies.size;
    const [first, last] = [places[0] + 1, places.at(-1) + 1];
    return app.notice(`${copies.size} ${copies.size === 1 ? "copy" : "copies"} on ${first === last ? `frame ${first}` : `frames ${first} to ${last}`}.
      ${missing ? `${missing} of them too small for it, left out.` : ""} Ctrl+Z takes all of it back.`);
  }
}
