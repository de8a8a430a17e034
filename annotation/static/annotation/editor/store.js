/**
 * The document: plain JSON, changed only through `change`. Undo and redo put back what a frame was: contents are frozen and share what did
 * not change, so a step costs a list of references, and objects that were not touched keep their identity.
 */
import { produce } from "immer";
import { withoutStart } from "@/editor/starting.js";

/** What a frame without anything on it holds. */
export const EMPTY = Object.freeze({ shapes: Object.freeze([]), tags: Object.freeze([]) });
const LONGEST_HISTORY = 500;

let counter = 0;
/** Unique within every document: drafts are restored next to objects made after a reload. */
export function newClientId() {
  if (globalThis.crypto?.randomUUID) return crypto.randomUUID();
  counter += 1; // plain http on another host has no randomUUID
  return `c${Date.now().toString(36)}-${counter}-${Math.random().toString(36).slice(2)}`;
}

/** Objects from the server get what the editor relies on: a client_id and every optional field. */
export function normalised(content) {
  const shape = (object) => ({
    rotation: 0, occluded: false, z_order: 0, group: 0, source: "manual", attributes: [], ...object,
    client_id: object.client_id || newClientId(),
  });
  const tag = (object) => ({ source: "manual", attributes: [], ...object, client_id: object.client_id || newClientId() });
  const marked = { ...(content?.nothing_here ? { nothing_here: true } : {}), ...(content?.starting_point ? { starting_point: true } : {}) };
  return { shapes: (content?.shapes ?? []).map(shape), tags: (content?.tags ?? []).map(tag), ...marked };
}

/** Whether two frames say the same, whatever ids their objects carry and in whatever order attributes stand. */
export function sameContent(one, other) {
  return essence(one) === essence(other);
}

function essence(content) {
  const attributes = (object) => [...object.attributes].sort((a, b) => a.spec_id - b.spec_id).map((entry) => [entry.spec_id, String(entry.value)]);
  const shapes = content.shapes.map((s) => [s.type, s.label_id, s.points.map((value) => Math.round(value * 100)), s.rotation, s.occluded,
    s.z_order, s.group, s.source, attributes(s)]);
  return JSON.stringify([shapes, content.tags.map((t) => [t.label_id, t.source, attributes(t)]), Boolean(content.nothing_here), Boolean(content.starting_point)]);
}

/** Nobody put anything on it, and nobody said anything about it. */
const untouched = (content) => !content.shapes.length && !content.tags.length && !content.nothing_here;

const contents = (document, numbers) => new Map(numbers.map((number) => [number, document.frames[number]]));

export class DocumentStore {
  #document;
  #undo = [];
  #redo = [];
  #listeners = new Set();

  /** @param {Object<string, import("./types.js").FrameContent>} frames */
  constructor(frames = {}) {
    const entries = Object.entries(frames).map(([number, content]) => [number, normalised(content)]);
    this.#document = produce({ frames: {} }, (draft) => { draft.frames = Object.fromEntries(entries); });
  }

  get document() { return this.#document; }
  get canUndo() { return this.#undo.length > 0; }
  get canRedo() { return this.#redo.length > 0; }

  /** @returns {import("./types.js").FrameContent} frozen; the same object until the frame changes */
  frame(number) { return this.#document.frames[number] ?? EMPTY; }

  frameNumbers() { return Object.keys(this.#document.frames).map(Number); }

  /** Listeners get {frames: number[]} after each change, whoever made it. */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Changes one frame through an immer recipe and remembers how to take it back. Returns false when nothing changed. */
  change(number, recipe) { return this.changeMany([number], recipe); }

  /**
   * Changes several frames in one step: one undo takes all of it back.
   * @param {number[]} numbers @param {(frame: object, number: number) => void} recipe @param {number} shown the frame that undo and redo lead to
   */
  changeMany(numbers, recipe, shown = numbers[0]) {
    const before = this.#document;
    const next = produce(before, (draft) => {
      for (const number of numbers) {
        draft.frames[number] ??= { shapes: [], tags: [] };
        const frame = draft.frames[number];
        recipe(frame, number);
        // The two exclude each other: whatever puts something on the frame takes the mark away, in the same step.
        if (frame.nothing_here && (frame.shapes.length || frame.tags.length)) delete frame.nothing_here;
      }
    });
    const onlyMade = (number) => !before.frames[number] && untouched(next.frames[number]);
    const changed = numbers.map(Number).filter((number) => before.frames[number] !== next.frames[number] && !onlyMade(number));
    if (!changed.length) return false;
    this.#document = withoutStart(before, next, changed);
    this.#undo.push({ number: Number(shown), before: contents(before, changed), after: contents(this.#document, changed) });
    if (this.#undo.length > LONGEST_HISTORY) this.#undo.shift();
    this.#redo = [];
    this.#tell(changed);
    return true;
  }

  /** @returns {number|null} the frame that changed; of a step over several, the one on which it was made */
  undo() { return this.#step(this.#undo, this.#redo, "before"); }

  redo() { return this.#step(this.#redo, this.#undo, "after"); }

  #step(from, to, which) {
    const entry = from.pop();
    if (!entry) return null;
    const frames = { ...this.#document.frames };
    for (const [number, content] of entry[which]) {
      if (content) frames[number] = content;
      else delete frames[number];
    }
    this.#document = Object.freeze({ ...this.#document, frames: Object.freeze(frames) });
    to.push(entry);
    this.#tell([...entry[which].keys()]);
    return entry.number;
  }

  /**
   * Takes over frames from elsewhere (the server, a draft). Steps that touched them are forgotten: they no longer fit.
   * @param {Object<string, import("./types.js").FrameContent>} frames
   */
  adopt(frames) {
    const numbers = Object.keys(frames).map(Number);
    if (!numbers.length) return;
    this.#document = produce(this.#document, (draft) => {
      for (const number of numbers) draft.frames[number] = normalised(frames[number]);
    });
    const apart = (entry) => !numbers.some((number) => entry.before.has(number));
    this.#undo = this.#undo.filter(apart);
    this.#redo = this.#redo.filter(apart);
    this.#tell(numbers);
  }

  #tell(frames) {
    for (const listener of this.#listeners) listener({ frames });
  }
}
