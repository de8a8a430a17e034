/** Verbs that arrange objects: hide, lock, order, groups. Hiding and locking are of this page only; order and groups are saved. */
import { problemWith, rounded, withAnother, withoutVertex } from "@/editor/geometry.js";
import { Looking } from "@/editor/looking.js";
import { describe } from "@/editor/words.js";

export class Arranging extends Looking {
  /** @returns {boolean} whether something changed */
  change(recipe) {
    const { app } = this;
    return app.editable && app.store.change(app.frame.number, recipe);
  }

  /** Changes one object of the present frame. A locked one stays as it is, and why is told. */
  edit(id, work) {
    if (this.refuseLocked(id)) return false;
    return this.change((frame) => {
      const object = frame.shapes.find((shape) => shape.client_id === id) ?? frame.tags.find((tag) => tag.client_id === id);
      if (object) work(object);
    });
  }

  refuseLocked(id) {
    const locked = this.app.state.locked.has(id);
    if (locked) this.app.notice("This object is locked. L, or the lock in the list, unlocks it.", "warning");
    return locked;
  }

  // --- the menu --------------------------------------------------------------------------------------------------------------------

  /**
   * Opens the menu of what is under a place of the window; without a place, of the selected object. On a point of the selected line or polygon it
   * is that point's as well. @param {string} pointer what points there: a finger needs more room @returns {boolean} whether it opened
   */
  menuAt(x = null, y = null, pointer = "mouse") {
    const { app } = this;
    app.canvas.letGo();
    if (!["idle", "edit"].includes(app.mode)) return false;
    const vertex = x === null ? null : app.canvas.vertexAt(x, y, pointer);
    const shape = x === null || vertex !== null ? app.selected : app.canvas.shapeAt(x, y);
    if (x === null && !shape?.points) return false;
    const { selectedId } = app.state; // a point more is for what was selected before, also beside it
    const grown = x !== null && vertex === null && (!shape || shape.client_id === selectedId) ? selectedId : null;
    if (shape) app.select(shape.client_id);
    const place = x === null ? app.canvas.pageOf(shape) : { x, y };
    app.set({ menu: { ...place, id: shape?.client_id ?? null, vertex, grown } });
    return true;
  }

  // --- points of lines, polygons, points ---------------------------------------------------------------------------------------------

  deletePoint(id, index) {
    const { type, points, rotation } = this.app.object(id);
    const fewer = withoutVertex(type, points, index);
    if (!fewer || problemWith(type, fewer)) return this.app.notice("This shape has no point to spare. Press Del to delete all of it.", "warning");
    return this.reshape(id, fewer, rotation);
  }

  /** @param {[number, number]} place of the image */
  addPoint(id, place) {
    const { type, points, rotation } = this.app.object(id);
    const more = withAnother(type, points, ...place);
    if (more) this.reshape(id, rounded(more), rotation);
  }

  reshape(id, points, rotation = 0) { this.edit(id, (shape) => { Object.assign(shape, { points, rotation }); }); }

  // --- hide and lock ---------------------------------------------------------------------------------------------------------------

  toggleHidden(id) { this.#toggle("hidden", id, ["Hidden", "Shown again"]); }
  toggleLocked(id) { this.#toggle("locked", id, ["Locked", "Unlocked"]); }

  #toggle(name, id, [on, off]) {
    const set = new Set(this.app.state[name]);
    const added = !set.delete(id);
    if (added) set.add(id);
    this.app.set({ [name]: set });
    this.app.say(added ? on : off);
  }

  /** The selected object; with none selected, all of them. */
  hide() {
    const { selected } = this.app;
    if (selected?.points) this.toggleHidden(selected.client_id);
    else this.hideAll();
  }

  hideAll() {
    const { app } = this;
    app.set({ hideAll: !app.state.hideAll });
    app.say(app.state.hideAll ? "All objects are hidden" : "All objects are shown");
  }

  lock() {
    const { selected } = this.app;
    if (!selected?.points) return this.app.notice("Select an object first: Tab walks from one to the next.");
    return this.toggleLocked(selected.client_id);
  }

  /** Locks every object of this frame; when all are locked, unlocks them. */
  lockAll() {
    const { app } = this;
    const ids = app.content.shapes.map((shape) => shape.client_id);
    const all = ids.length > 0 && ids.every((id) => app.state.locked.has(id));
    const locked = new Set(app.state.locked);
    for (const id of ids) if (all) locked.delete(id); else locked.add(id);
    app.set({ locked });
    app.notice(all ? "All objects of this frame are unlocked." : "All objects of this frame are locked.");
  }

  // --- order -----------------------------------------------------------------------------------------------------------------------

  toFront(id = this.app.state.selectedId) { return this.#order(id, Math.max, 1, "In front of everything"); }
  toBack(id = this.app.state.selectedId) { return this.#order(id, Math.min, -1, "Behind everything"); }

  #order(id, extreme, step, words) {
    const { app } = this;
    const { shapes } = app.content;
    const at = shapes.findIndex((shape) => shape.client_id === id);
    if (at < 0) return false;
    const others = shapes.filter((shape) => shape.client_id !== id).map((shape) => shape.z_order);
    const edge = others.length ? others.reduce((a, b) => extreme(a, b)) : 0;
    const there = step * (shapes[at].z_order - edge) > 0;
    const done = there || this.edit(id, (shape) => { shape.z_order = edge + step; });
    if (done) app.say(words);
    return undefined;
  }

  // --- groups ----------------------------------------------------------------------------------------------------------------------

  /** G picks the objects of a group, G again makes it. Esc leaves everything as it was. */
  group() {
    const { app } = this;
    if (app.state.picked) return this.#makeGroup();
    if (this.refuseSketch()) return undefined;
    if (!app.content.shapes.length) return app.notice("There is no object on this frame to group.");
    const first = app.selected?.points ? [app.state.selectedId] : [];
    app.useTool(null);
    app.set({ picked: new Set(first), selectedId: null });
    app.say("Choose the objects of the group: click them, or Tab and Space. G makes the group, Escape leaves.");
    return undefined;
  }

  /** Adds an object to the picked ones, or takes it out. A group holds objects of one label. */
  pick(id) {
    const { app } = this;
    const shape = app.object(id);
    if (!shape?.points) return;
    const picked = new Set(app.state.picked);
    const first = app.object([...picked][0]);
    if (picked.delete(id)) app.say("Taken out");
    else if (first && first.label_id !== shape.label_id) {
      app.notice(`A group holds objects of one label, here "${app.labelsById.get(first.label_id)?.name ?? "no label"}".`, "warning");
      return;
    } else {
      picked.add(id);
      app.say(`${describe(shape, app.labelsById.get(shape.label_id))}: ${picked.size} chosen`);
    }
    app.set({ picked });
  }

  #makeGroup() {
    const { app } = this;
    const { picked } = app.state;
    if (picked.size < 2) return app.notice("A group needs two objects at least. Click another one, or press Esc.", "warning");
    const number = this.#newGroup();
    this.change((frame) => {
      for (const shape of frame.shapes) if (picked.has(shape.client_id)) shape.group = number;
      dropLonely(frame);
    });
    app.set({ picked: null });
    return app.notice(`Group ${number}: ${picked.size} objects. Shift+G takes it apart.`);
  }

  /** Group numbers are of the job, as in CVAT: a new one is used on no frame. */
  #newGroup() {
    const { store } = this.app;
    let highest = 0;
    for (const number of store.frameNumbers()) for (const shape of store.frame(number).shapes) highest = Math.max(highest, shape.group);
    return highest + 1;
  }

  /** While picking: the picked objects leave their groups. Otherwise the selected object's group is taken apart. */
  ungroup() {
    const { app } = this;
    const { picked } = app.state;
    const number = app.selected?.group;
    if (!picked && !number) return app.notice(app.selected ? "This object is in no group." : "Select an object of the group first.");
    this.change((frame) => {
      for (const shape of frame.shapes) if (picked ? picked.has(shape.client_id) : shape.group === number) shape.group = 0;
      dropLonely(frame);
    });
    app.set({ picked: null });
    return app.notice(picked ? "The chosen objects are in no group now." : `Group ${number} is taken apart.`);
  }
}

/** A group of one is none. */
function dropLonely(frame) {
  const sizes = new Map();
  for (const { group } of frame.shapes) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  for (const shape of frame.shapes) if (shape.group && sizes.get(shape.group) === 1) shape.group = 0;
}
