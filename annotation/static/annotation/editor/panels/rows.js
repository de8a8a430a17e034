/** The rows of the list of objects: those in view, a few beside them and the selected one are in the page. */
import { guard, html, repeat } from "lit";
import { BESIDE, inView, ROW, stretch } from "@/editor/rows.js";

/** Rows before anybody scrolled: as many as a tall window shows. */
const FIRST = 40;

export class Rows {
  /** First and last place in view; another array when it changed. */
  range = [0, FIRST];
  #wanted = null;

  /** @param {import("../app.js").App} app */
  constructor(app) { this.app = app; }

  /** @param {import("../types.js").Shape[]} shapes @param {(shape: object, place: number) => unknown} row */
  template(shapes, row) {
    const kept = shapes.findIndex((shape) => shape.client_id === this.app.state.selectedId);
    const parts = stretch(shapes.length, this.range, kept);
    // By place, not by object: deleting one changes words. Taking its row out made the browser look at the style of all the others.
    return repeat(parts, (part) => part.key ?? part.place,
      (part) => (part.gap ? html`<div role="presentation" style="height:${part.gap * ROW}px"></div>` : this.#one(shapes, part.place, row)));
  }

  /** A row is gone through again only when something that it shows has changed: selecting touches two of them. */
  #one(shapes, place, row) {
    const { state, editable } = this.app;
    const shape = shapes[place];
    const { client_id: id } = shape;
    const selected = state.selectedId === id;
    return guard([shape, place, shapes.length, selected, selected && state.tool, state.hoveredId === id, state.hidden.has(id),
      state.locked.has(id), state.picked?.has(id), editable], () => row(shape, place));
  }

  /** Looks where the panel is scrolled to; draws when other rows came into view. */
  look(panel) {
    const list = panel.querySelector(".ed-rows");
    if (!list) return;
    const { shapes } = this.app.content;
    const open = list.querySelector(".is-selected");
    const place = shapes.findIndex((shape) => shape.client_id === open?.dataset.object);
    const above = panel.getBoundingClientRect().top - list.getBoundingClientRect().top;
    const range = inView(shapes.length, above, panel.clientHeight, { place, more: open ? open.offsetHeight - ROW : 0 });
    if (range[0] >= this.range[0] && range[1] <= this.range[1] && this.range[1] - this.range[0] <= 4 * BESIDE + FIRST) return;
    this.range = [Math.max(0, range[0] - BESIDE), range[1] + BESIDE];
    this.app.set({});
  }

  /** From the next drawing on, the object's row is in view. */
  reveal(id) { this.#wanted = id; }

  drawn(root) {
    const id = this.#wanted;
    this.#wanted = null;
    if (id) root.querySelector(`[data-object="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" });
  }
}
