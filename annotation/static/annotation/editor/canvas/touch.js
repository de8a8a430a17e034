/**
 * Fingers besides a pen or a mouse: the palm is ignored while a pen is down, and a finger that rests opens a menu. Everything is decided in
 * the capturing phase, before the map sees a pointer.
 */

const LONG = 550; // ms
const STILL = 10; // screen pixels

export class Touch {
  #fingers = new Map(); // pointer id -> {target, x, y}
  #ignored = new Set();
  #pens = new Set();
  #timer = null;

  /** @param {HTMLElement} element @param {{onLongPress: (x: number, y: number) => boolean}} options in client pixels; true when something opened */
  constructor(element, { onLongPress }) {
    Object.assign(this, { element, onLongPress });
    const options = { capture: true };
    addEventListener("pointerdown", (event) => this.#down(event), options);
    addEventListener("pointermove", (event) => this.#move(event), options);
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, (event) => this.#up(event), options);
  }

  #down(event) {
    if (!this.element.contains(event.target)) return;
    if (event.pointerType === "pen") this.#penDown(event);
    if (event.pointerType !== "touch") return;
    if (this.#pens.size) {
      this.#ignored.add(event.pointerId);
      event.stopImmediatePropagation();
      return;
    }
    this.#fingers.set(event.pointerId, { target: event.target, x: event.clientX, y: event.clientY });
    clearTimeout(this.#timer);
    if (this.#fingers.size === 1) this.#timer = setTimeout(() => this.#rested(event), LONG);
  }

  /** Fingers that rested before the pen came are lifted for everybody but us. */
  #penDown(event) {
    this.#pens.add(event.pointerId);
    clearTimeout(this.#timer);
    for (const id of [...this.#fingers.keys()]) this.#lift(id);
  }

  #lift(id) {
    const { target, x, y } = this.#fingers.get(id);
    this.#fingers.delete(id);
    target.dispatchEvent(new PointerEvent("pointercancel", { pointerId: id, pointerType: "touch", clientX: x, clientY: y, bubbles: true }));
    this.#ignored.add(id);
  }

  #move(event) {
    if (this.#ignored.has(event.pointerId)) event.stopImmediatePropagation();
    const finger = this.#fingers.get(event.pointerId);
    if (finger && Math.hypot(event.clientX - finger.x, event.clientY - finger.y) > STILL) clearTimeout(this.#timer);
  }

  #up(event) {
    if (this.#ignored.has(event.pointerId)) event.stopImmediatePropagation();
    this.#ignored.delete(event.pointerId);
    this.#pens.delete(event.pointerId);
    if (this.#fingers.delete(event.pointerId)) clearTimeout(this.#timer);
  }

  #rested({ pointerId, clientX, clientY }) {
    if (this.#fingers.has(pointerId) && this.onLongPress(clientX, clientY)) this.#lift(pointerId);
  }
}
