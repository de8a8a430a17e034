/** Verbs on objects and what the keys do. Each changes the store in one step, so that one Ctrl+Z takes it back. */
import { allows, carriedAttributes, defaultAttributes, nameOfType, toolOf } from "@/editor/labels.js";
import { newClientId } from "@/editor/store.js";
import { belongsToElement, Chord, commandFor, keyName, takesText } from "@/editor/keys.js";
import { Painting } from "@/editor/painting.js";
import { describe } from "@/editor/words.js";

export class Commands extends Painting {
  #chord = new Chord();
  #before = null;

  add(type, points) {
    const { app } = this;
    if (this.#redrawn(type, points)) return;
    const client_id = this.create(type, points);
    if (app.state.keepDrawing) return;
    app.useTool(null);
    app.select(client_id);
  }

  /** A new object with the present label. @returns {string} its client_id */
  create(type, points) {
    const { app } = this;
    const client_id = newClientId();
    const label = app.label;
    this.change((frame) => {
      frame.shapes.push({ client_id, type, label_id: label.id, points, rotation: 0, occluded: false, z_order: 0, group: 0,
        source: "manual", attributes: defaultAttributes(label) });
    });
    app.say(`${describe(app.object(client_id), label)} added`);
    return client_id;
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

  /** Shift+N: what is drawn next takes the selected object's place; its label, answers and order stay. */
  redraw() {
    const { app } = this;
    const { selected } = app;
    if (app.canvas.drawing) return app.canvas.finish();
    if (selected?.type === "mask") return this.continuePainting(selected.client_id);
    if (!selected?.points || !app.tools.includes(selected.type)) return this.draw();
    if (this.refuseLocked(selected.client_id)) return undefined;
    app.state.labelId = selected.label_id;
    app.useTool(selected.type);
    app.set({ redrawing: selected.client_id });
    app.say("Draw the object again. Escape leaves it as it was.");
    return undefined;
  }

  #redrawn(type, points) {
    const { app } = this;
    const shape = app.object(app.state.redrawing);
    if (shape?.type !== type) return false;
    this.edit(shape.client_id, (target) => Object.assign(target, { points, rotation: 0 }));
    app.useTool(null);
    app.select(shape.client_id);
    app.say(`${describe({ ...shape, points, rotation: 0 }, app.label)} drawn again`);
    return true;
  }

  /** Shift+click on a vertex: from there on, up to the next vertex clicked, the shape is drawn again. */
  redrawFrom(id, vertex) {
    const { app } = this;
    const shape = app.object(id);
    if (this.refuseLocked(id)) return;
    if (!app.tools.includes(shape.type)) {
      app.notice(`No label of this job is for this kind of object any more (${nameOfType(shape.type).toLowerCase()}).`, "warning");
      return;
    }
    const { labelId, lastTool } = app.state;
    this.#before = { labelId, lastTool };
    app.state.labelId = shape.label_id;
    app.useTool(shape.type);
    app.set({ redrawing: id });
    app.canvas.redrawFrom(shape, vertex);
    app.say(`Drawing again from point ${vertex + 1}. Set new points, then one on a point of the shape. Escape leaves it as it was.`);
  }

  /** What is drawn next has the tool and the label of before. @param {number[]|null} points null: the shape was left as it was */
  partRedrawn(id, points) {
    const { app } = this;
    app.useTool(null);
    app.set(this.#before);
    if (points && this.edit(id, (shape) => { shape.points = points; })) app.say(app.describe(app.object(id)));
    app.select(id);
  }

  setAttribute(id, specId, value) {
    this.edit(id, (object) => {
      const entry = object.attributes.find((attribute) => attribute.spec_id === specId);
      if (entry) entry.value = value;
      else object.attributes.push({ spec_id: specId, value });
    });
  }

  toggleOccluded(id) { this.edit(id, (shape) => { if (shape.points) shape.occluded = !shape.occluded; }); }

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
    this.edit(id, (target) => Object.assign(target, { label_id: labelId, attributes }));
  }

  removeUnlocked(id) { if (!this.refuseLocked(id)) this.remove(id); }

  remove(id) {
    const { shapes, tags } = this.app.content;
    this.change((frame) => {
      // From the frozen content, not from the draft: that would make a stand-in for each of thousands of shapes.
      frame.shapes = shapes.filter((shape) => shape.client_id !== id);
      frame.tags = tags.filter((tag) => tag.client_id !== id);
    });
    this.app.say("Deleted. Ctrl+Z brings it back.");
    this.app.focusCanvas();
  }

  async #step(number) {
    const { app } = this;
    if (number !== null && number !== app.frame.number) await app.goToNumber(number);
  }

  // --- what keys and buttons call; false means: not handled, leave the key to the browser -----------------------------------------

  draw() {
    const { app } = this;
    if (app.canvas.drawing) app.canvas.finish();
    else if (app.state.tool === "mask") this.finishMask();
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
    if (app.state.pasting) this.stopPasting();
    else if (app.state.picked) app.set({ picked: null });
    else if (app.state.tool) app.useTool(null);
    else app.select(null);
  }

  finish() { return this.app.canvas.drawing ? this.app.canvas.finish() : false; }
  undoVertex() { return this.app.canvas.undoVertex(); }

  /** Del leaves a locked object alone, Shift+Del does not. */
  delete() {
    return this.app.state.selectedId ? this.removeUnlocked(this.app.state.selectedId) : false;
  }

  deleteLocked() { return this.app.state.selectedId ? this.remove(this.app.state.selectedId) : false; }
  undo() { return this.app.canvas.undoVertex() || this.#step(this.app.store.undo()); }
  redo() { return this.#step(this.app.store.redo()); }
  save() { this.app.saver.flush(); }
  occluded() { return this.app.selected ? this.toggleOccluded(this.app.state.selectedId) : false; }

  /** To the first question about the selected object. */
  answers() {
    const { app } = this;
    if (!app.selected) return app.notice("Select an object first: Tab walks from one to the next.");
    if (!app.state.side) app.set({ side: true });
    requestAnimationFrame(() => {
      const fields = (place) => app.root.querySelector(`[data-object="${CSS.escape(app.state.selectedId)}"] ${place} :is(input, select)`);
      (fields(".ed-attributes") ?? fields(".ed-details"))?.focus();
    });
    return undefined;
  }

  nextObject() { return this.#walk(1); }
  previousObject() { return this.#walk(-1); }

  /** At either end the key is the browser's again: nobody gets stuck on the canvas. */
  #walk(step) {
    const { app } = this;
    const list = app.visibleShapes;
    const picking = app.state.picked !== null;
    const here = picking ? app.state.hoveredId : app.state.selectedId;
    const at = list.findIndex((shape) => shape.client_id === here);
    const next = list[at < 0 && step < 0 ? -1 : at + step];
    if (!next) return false;
    if (picking) app.hover(next.client_id);
    else app.select(next.client_id);
    app.say(app.describe(next));
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

  onBlur() { this.#chord.forget(); }

  onKeyUp(event) {
    const entry = this.#chord.release(event);
    if (entry) this.#run(entry, event);
  }

  /** The one listener for keys. */
  onKey(event) {
    const { app } = this;
    if (event.defaultPrevented || event.isComposing || app.state.dialog || app.state.menu) return;
    if (takesText(event.target)) {
      if (event.key === "Escape") app.focusCanvas();
      return;
    }
    const entry = commandFor(event, this.#chord.name(event));
    if (!entry || (entry.edits && !app.editable)) {
      if (entry?.command === "save") event.preventDefault(); // not the browser's "save page"
      return;
    }
    if (!belongsToElement(keyName(event), event.target, app.canvas.element)) this.#run(entry, event);
  }

  #run(entry, event) {
    const { app } = this;
    if (app.canvas.dragging && entry.command !== "cancel") return event.preventDefault(); // something is held: only Esc lets go of it
    const label = /^label(\d+)$/.exec(entry.command);
    const handled = label ? this.#label(Number(label[1])) : this[entry.command]();
    if (handled !== false) event.preventDefault();
    return undefined;
  }
}
