// What pointers do on the stage: draw, select, move, reshape, pan, pinch. Mouse, pen and finger alike.
import { inside, moved, rectangleBetween, vertices, withPoint, withVertex, withoutPoint } from "./geometry.js";

const SLIP = 5; // screen pixels; less than this is a click, not a drag
const CLOSE = 12; // screen pixels around a polygon's first point that close it

const far = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

export class Tools {
  /**
   * work: {stage, regions, mode() -> "select" | shape, readOnly, create(region), redraw()}. `draft` is the region being drawn,
   * `preview` {id, region} the one being reshaped.
   */
  constructor(work) {
    this.work = work;
    this.draft = null;
    this.preview = null;
    this.corner = null; // {id, index} of the polygon's point that was clicked: Delete takes it away
    this.pointers = new Map();
    this.gesture = null;
    this.panning = false; // the space bar is down
    const { element } = work.stage;
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", (event) => this.#up(event));
    element.addEventListener("pointercancel", (event) => this.#lost(event));
    element.addEventListener("dblclick", (event) => {
      event.preventDefault();
      this.finish();
    });
    element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    element.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  /** Give up what is being drawn or dragged; true if there was something. */
  cancel() {
    const had = Boolean(this.draft ?? this.preview);
    this.draft = null;
    this.preview = null;
    this.gesture = null;
    this.work.redraw();
    return had;
  }

  /** Close the polygon being drawn, if it has three points; true if it was. */
  finish() {
    const points = this.draft?.shape === "polygon" ? this.draft.points : [];
    if (points.length < 3) return false;
    this.draft = null;
    this.work.create({ shape: "polygon", points });
    return true;
  }

  /** Take the last point of the polygon being drawn back; true if there was one. */
  backUp() {
    if (this.draft?.shape !== "polygon") return false;
    this.draft.points = this.draft.points.slice(0, -1);
    if (!this.draft.points.length) this.draft = null;
    this.work.redraw();
    return true;
  }

  /** Delete the chosen point of a polygon; true if there is one that can go. */
  removeCorner() {
    const entry = this.corner && this.work.regions.find(this.corner.id);
    const region = entry && withoutPoint(entry.region, this.corner.index);
    this.corner = null;
    if (region) this.work.regions.change(entry.id, region);
    return Boolean(region);
  }

  #down(event) {
    const { stage } = this.work;
    if (!stage.natural) return;
    stage.element.focus({ preventScroll: true });
    stage.element.setPointerCapture(event.pointerId);
    const place = stage.place(event);
    this.pointers.set(event.pointerId, place);
    this.corner = null;
    if (this.pointers.size === 2) {
      if (this.draft?.shape === "rectangle") this.draft = null;
      this.preview = null;
      this.gesture = { kind: "pinch" };
      this.work.redraw();
    } else if (this.pointers.size === 1) {
      this.gesture = event.button > 0 || this.panning ? { kind: "pan" } : this.#begin(event, place);
      if (this.gesture) Object.assign(this.gesture, { start: place, slipped: false });
    }
  }

  #begin(event, place) {
    const { regions, readOnly } = this.work;
    const handle = readOnly ? null : event.target.closest?.(".ia-handle");
    if (handle) return this.#grab(handle, place);
    const mode = this.work.mode();
    if (mode !== "select") return { kind: mode };
    const id = Number(event.target.closest?.(".ia-region")?.dataset.id ?? 0);
    regions.selected = id || null;
    this.work.redraw();
    if (!id || readOnly) return { kind: "pan" };
    return { kind: "move", id, region: regions.find(id).region };
  }

  #grab(handle, place) {
    const { regions, stage } = this.work;
    const id = Number(handle.dataset.id);
    const index = Number(handle.dataset.index);
    const { region } = regions.find(id);
    if (handle.dataset.kind !== "middle") return { kind: "vertex", id, index, region };
    return { kind: "vertex", id, index: index + 1, region: withPoint(region, index, stage.toPicture(place)) };
  }

  #move(event) {
    const { stage } = this.work;
    const place = stage.place(event);
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      this.#hover(place);
      return;
    }
    // The button was let go where nobody told us, outside the window.
    if (event.pointerType === "mouse" && event.buttons === 0) {
      this.#up(event);
      return;
    }
    if (this.gesture?.kind === "pinch") this.#pinch(event.pointerId, before, place);
    this.pointers.set(event.pointerId, place);
    if (!this.gesture || this.gesture.kind === "pinch") return;
    if (!this.gesture.slipped && far(this.gesture.start, place) < SLIP) return;
    this.gesture.slipped = true;
    DRAGS[this.gesture.kind](this, place, before);
  }

  // A line follows the mouse while something is being drawn by clicks.
  #hover(place) {
    if (!this.draft) return;
    this.draft.at = inside(this.work.stage.toPicture(place));
    this.work.redraw();
  }

  #pinch(id, before, place) {
    const { stage } = this.work;
    const other = [...this.pointers].find(([key]) => key !== id)?.[1];
    if (!other) return;
    stage.pan((place.x - before.x) / 2, (place.y - before.y) / 2);
    const factor = far(place, other) / Math.max(1, far(before, other));
    stage.zoom(factor, { x: (place.x + other.x) / 2, y: (place.y + other.y) / 2 });
  }

  #up(event) {
    const place = this.work.stage.place(event);
    this.pointers.delete(event.pointerId);
    const { gesture } = this;
    if (gesture?.kind === "pinch" || !gesture) {
      if (!this.pointers.size) this.gesture = null;
      return;
    }
    this.gesture = null;
    if (this.preview) {
      const { id, region } = this.preview;
      this.preview = null;
      this.work.regions.change(id, region);
    } else if (Object.hasOwn(CLICKS, gesture.kind)) {
      CLICKS[gesture.kind](this, place, gesture);
    }
    this.work.redraw();
  }

  #lost(event) {
    this.pointers.delete(event.pointerId);
    if (this.draft?.shape !== "polygon") this.cancel();
    this.gesture = null;
  }

  // Zoom where the stage was clicked into before, or with Ctrl (which is what a pinch on a touch pad sends); otherwise the page scrolls.
  #wheel(event) {
    const { stage } = this.work;
    if (!stage.natural || !(event.ctrlKey || stage.element.contains(document.activeElement))) return;
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    stage.zoom(Math.exp(-Math.max(-200, Math.min(200, pixels)) * (event.ctrlKey ? 0.01 : 0.0025)), stage.place(event));
  }
}

const DRAGS = {
  pan: ({ work }, place, before) => work.stage.pan(place.x - before.x, place.y - before.y),
  move: (tools, place) => {
    const { id, region, start } = tools.gesture;
    tools.preview = { id, region: moved(region, tools.work.stage.distance(place.x - start.x, place.y - start.y)) };
    tools.work.redraw();
  },
  vertex: (tools, place) => {
    const { id, region, index } = tools.gesture;
    const changed = withVertex(region, index, tools.work.stage.toPicture(place));
    if (changed) tools.preview = { id, region: changed };
    tools.work.redraw();
  },
  rectangle: (tools, place) => {
    const { stage } = tools.work;
    if (!tools.draft) tools.draft = { shape: "rectangle", from: inside(stage.toPicture(tools.gesture.start)) };
    tools.draft.at = inside(stage.toPicture(place));
    tools.work.redraw();
  },
  polygon: () => {},
  point: () => {},
};

// The end of a press that may or may not have moved.
const CLICKS = {
  rectangle: (tools, place, gesture) => {
    const { stage } = tools.work;
    const here = inside(stage.toPicture(place));
    if (!tools.draft && !gesture.slipped) {
      tools.draft = { shape: "rectangle", from: here, at: here };
      return;
    }
    const found = tools.draft && rectangleBetween(tools.draft.from, here);
    tools.draft = null;
    if (found) tools.work.create(found);
  },
  polygon: (tools, place) => {
    const { stage } = tools.work;
    const points = tools.draft?.points ?? [];
    if (points.length >= 3 && far(stage.toScreen(points[0]), place) < CLOSE) {
      tools.finish();
      return;
    }
    const here = inside(stage.toPicture(place));
    // The second click of a double click stands where the first one does.
    if (points.length && far(stage.toScreen(points.at(-1)), place) < 2) return;
    tools.draft = { shape: "polygon", points: [...points, here], at: here };
  },
  vertex: (tools, _, gesture) => {
    const whole = tools.work.regions.find(gesture.id)?.region;
    if (whole?.shape === "polygon" && whole === gesture.region) tools.corner = { id: gesture.id, index: gesture.index };
  },
  point: (tools, place) => {
    tools.work.create({ shape: "point", ...inside(tools.work.stage.toPicture(place)) });
  },
};

/** What Stage.draw shows of a draft: an open line. */
export function draftLine(draft) {
  if (!draft) return null;
  if (draft.shape === "polygon") return { points: draft.points, at: draft.at, closes: draft.points.length >= 3 };
  const rectangle = rectangleBetween(draft.from, draft.at);
  const corners = rectangle ? vertices(rectangle) : [draft.from];
  return { points: [...corners, corners[0]], at: null, closes: false };
}
