// The regions of one field while they are worked on: what there is, which is selected, and the way back.
import { readRegions } from "./geometry.js";

const STEPS = 200;

export class Regions {
  #past = [];
  #future = [];
  #next = 1;

  /** `changed(value)` is told every new value: an array of regions in the order of their creation, or undefined when there are none. */
  constructor(value, changed) {
    this.told = changed;
    this.replace(value);
  }

  /** Another value from outside: the history starts anew. */
  replace(value) {
    const { regions, unreadable } = readRegions(value);
    this.unreadable = unreadable;
    this.list = regions.map((region) => ({ id: this.#take(), region }));
    this.selected = null;
    this.#past = [];
    this.#future = [];
  }

  #take() {
    this.#next += 1;
    return this.#next - 1;
  }

  get value() {
    return this.list.length ? this.list.map(({ region }) => region) : undefined;
  }
  get canUndo() {
    return this.#past.length > 0;
  }
  get canRedo() {
    return this.#future.length > 0;
  }
  find(id) {
    return this.list.find((entry) => entry.id === id) ?? null;
  }

  #commit(list, selected) {
    this.#past = [...this.#past, this.list].slice(-STEPS);
    this.#future = [];
    this.list = list;
    this.selected = selected;
    this.told(this.value);
  }

  add(region) {
    const id = this.#take();
    this.#commit([...this.list, { id, region }], id);
  }
  change(id, region) {
    const old = this.find(id);
    if (!old || !region || JSON.stringify(old.region) === JSON.stringify(region)) return;
    this.#commit(
      this.list.map((entry) => (entry.id === id ? { id, region } : entry)),
      id,
    );
  }
  remove(id) {
    if (this.find(id))
      this.#commit(
        this.list.filter((entry) => entry.id !== id),
        null,
      );
  }

  undo() {
    this.#travel(this.#past, this.#future);
  }
  redo() {
    this.#travel(this.#future, this.#past);
  }
  #travel(from, to) {
    const list = from.pop();
    if (!list) return;
    to.push(this.list);
    this.list = list;
    if (!this.find(this.selected)) this.selected = null;
    this.told(this.value);
  }
}
