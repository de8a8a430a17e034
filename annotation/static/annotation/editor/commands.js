/** Verbs on objects and what the keys do. Each changes the store in one step, so that one Ctrl+Z takes it back. */
import { clipped, moved, rounded } from "@/editor/geometry.js";
import { allows, carriedAttributes, defaultAttributes, nameOfType, toolOf } from "@/editor/labels.js";
import { newClientId } from "@/editor/store.js";
import { belongsToElement, Chord, commandFor, keyName, takesText } from "@/editor/keys.js";
import { Looking } from "@/editor/looking.js";

const PASTE_STEP = 14;

export class Commands extends Looking {
  #chord = new Chord();

  change(recipe) {
    const { app } = this;
    return app.editable && app.store.change(app.frame.number, recipe);
  }

  add(type, points) {
    const { app } = this;
    const client_id = newClientId();
    const label = app.label;
    this.change((frame) => {
      frame.shapes.push({ client_id, type, label_id: label.id, points, rotation: 0, occluded: false, z_order: 0, group: 0,
        source: "manual", attributes: defaultAttributes(label) });
    });
    if (app.state.keepDrawing) return;
    app.useTool(null);
    app.select(client_id);
  }

  addTag(labelId) {
    const { app } = this;
    const label = app.labelsById.get(labelId);
    if (!label) return;
    if (app.content.tags.some((tag) => tag.label_id === labelId)) {
      app.notice(`This image already has the tag "${label.name}".`);
      return;
    }
    this.change((frame) => frame.tags.push({ client_id: newClientId(), label_id: labelId, source: "manual", attributes: defaultAttributes(label) }));
  }

  #edit(id, work) {
    return this.change((frame) => {
      const object = frame.shapes.find((shape) => shape.client_id === id) ?? frame.tags.find((tag) => tag.client_id === id);
      if (object) work(object);
    });
  }

  reshape(id, points) { this.#edit(id, (shape) => { shape.points = points; }); }

  setAttribute(id, specId, value) {
    this.#edit(id, (object) => {
      const entry = object.attributes.find((attribute) => attribute.spec_id === specId);
      if (entry) entry.value = value;
      else object.attributes.push({ spec_id: specId, value });
    });
  }

  toggleOccluded(id) { this.#edit(id, (shape) => { if (shape.points) shape.occluded = !shape.occluded; }); }

  relabel(id, labelId) {
    const { app } = this;
    const object = app.object(id);
    const label = app.labelsById.get(labelId);
    if (!object || !label || object.label_id === labelId) return;
    const type = object.type ?? "tag";
    if (!allows(label, type)) {
      app.notice(`The label "${label.name}" is not for this kind of object (${nameOfType(type).toLowerCase()}).`, "warning");
      return;
    }
    const attributes = carriedAttributes(object, app.labelsById.get(object.label_id), label);
    this.#edit(id, (target) => Object.assign(target, { label_id: labelId, attributes }));
  }

  remove(id) {
    this.change((frame) => {
      frame.shapes = frame.shapes.filter((shape) => shape.client_id !== id);
      frame.tags = frame.tags.filter((tag) => tag.client_id !== id);
    });
    this.app.focusCanvas();
  }

  toggleHidden(id) {
    const hidden = new Set(this.app.state.hidden);
    if (!hidden.delete(id)) hidden.add(id);
    this.app.set({ hidden });
  }

  async #step(number) {
    const { app } = this;
    if (number !== null && number !== app.frame.number) await app.goToNumber(number);
  }

  // --- what keys and buttons call; false means: not handled, leave the key to the browser -----------------------------------------

  draw() {
    const { app } = this;
    if (app.canvas.drawing) app.canvas.finish();
    else if (app.state.tool) app.useTool(null);
    else app.useTool(app.state.lastTool ?? (app.label && toolOf(app.label, null)));
  }

  cancel() {
    const { app } = this;
    if (app.state.picture) {
      this.picture();
      return;
    }
    if (app.canvas.cancel()) return;
    if (app.state.tool) app.useTool(null);
    else app.select(null);
  }

  finish() { return this.app.canvas.drawing ? this.app.canvas.finish() : false; }
  undoVertex() { return this.app.canvas.undoVertex(); }
  delete() { return this.app.state.selectedId ? this.remove(this.app.state.selectedId) : false; }
  undo() { return this.app.canvas.undoVertex() || this.#step(this.app.store.undo()); }
  redo() { return this.#step(this.app.store.redo()); }
  save() { this.app.saver.flush(); }
  occluded() { return this.app.selected ? this.toggleOccluded(this.app.state.selectedId) : false; }

  copy() {
    const { selected } = this.app;
    if (!selected?.points || String(getSelection())) return false;
    this.app.set({ clipboard: { shape: selected, frame: this.app.frame.number, count: 0 } });
    this.app.notice("Copied. Ctrl+V puts it here or on another frame.");
    return undefined;
  }

  paste() {
    const { app } = this;
    const { clipboard } = app.state;
    if (!clipboard) return false;
    clipboard.count += clipboard.frame === app.frame.number ? 1 : 0;
    const step = clipboard.frame === app.frame.number ? PASTE_STEP * clipboard.count : 0;
    const { id: _stored, ...shape } = clipboard.shape;
    // Another frame may be smaller: first every point inside, then the step.
    const inside = shape.points.length === 4 && shape.type === "ellipse" ? shape.points
      : shape.points.flatMap((value, i, all) => (i % 2 ? [] : clipped(value, all[i + 1], app.frame)));
    const points = rounded(moved(shape.type, inside, step, step, app.frame));
    const client_id = newClientId();
    this.change((frame) => { frame.shapes.push({ ...shape, client_id, points, attributes: shape.attributes.map((entry) => ({ ...entry })) }); });
    app.select(client_id);
    return undefined;
  }

  nextObject() { return this.#walk(1); }
  previousObject() { return this.#walk(-1); }

  /** At either end the key is the browser's again: nobody gets stuck on the canvas. */
  #walk(step) {
    const { app } = this;
    const list = app.visibleShapes;
    const at = list.findIndex((shape) => shape.client_id === app.state.selectedId);
    const next = at < 0 && step < 0 ? -1 : at + step;
    if (!list[next]) return false;
    app.select(list[next].client_id);
    return undefined;
  }

  #label(position) {
    const { app } = this;
    const label = app.labels[position - 1];
    if (!label) return false;
    if (app.selected) this.relabel(app.state.selectedId, label.id);
    app.useLabel(label.id);
    return undefined;
  }

  onKeyUp(event) { this.#chord.release(event); }

  /** The one listener for keys. */
  onKey(event) {
    const { app } = this;
    if (event.defaultPrevented || event.isComposing || app.state.dialog || takesText(event.target)) return;
    const entry = commandFor(event, this.#chord.name(event));
    if (!entry || (entry.edits && !app.editable)) {
      if (entry?.command === "save") event.preventDefault(); // not the browser's "save page"
      return;
    }
    if (belongsToElement(keyName(event), event.target, app.canvas.element)) return;
    const label = /^label(\d)$/.exec(entry.command);
    const handled = label ? this.#label(Number(label[1])) : this[entry.command]();
    if (handled !== false) event.preventDefault();
  }
}
