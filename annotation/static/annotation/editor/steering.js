/** The keyboard as a hand: arrow keys move a cursor while drawing or pasting, and the selected object otherwise. */
import { Copying } from "@/editor/copying.js";
import { moved, rounded } from "@/editor/geometry.js";
import { resized } from "@/editor/resizing.js";
import { describeShape } from "@/editor/words.js";

const FAR = 10;
const FARTHEST = 100;
const SAID = {
  cursor: (at) => `Cursor at ${at}. Move it with the arrow keys; Enter or Space sets a point there.`,
  corner: (at) => `First corner at ${at}. Move to the opposite corner and press Enter.`,
  point: (at) => `Point at ${at}`,
  dab: (at) => `A dab at ${at}. Enter finishes the mask.`,
};

export class Steering extends Copying {
  left() { return this.#cursor(-1, 0) || (this.app.mode === "group" ? false : this.previousUnfinished()); }
  right() { return this.#cursor(1, 0) || (this.app.mode === "group" ? false : this.nextUnfinished()); }
  up() { return this.#cursor(0, -1) || false; }
  down() { return this.#cursor(0, 1) || false; }
  farLeft() { return this.#cursor(-FAR, 0) || false; }
  farRight() { return this.#cursor(FAR, 0) || false; }
  farUp() { return this.#cursor(0, -FAR) || false; }
  farDown() { return this.#cursor(0, FAR) || false; }

  /** Whether the keyboard's cursor is what arrow keys mean now. */
  get steers() { return ["draw", "sketch", "paste"].includes(this.app.mode); }

  #cursor(dx, dy) {
    if (!this.steers) return false;
    const [x, y] = this.app.canvas.steer(dx, dy);
    this.app.say(`${Math.round(x)}, ${Math.round(y)}`);
    return true;
  }

  moveLeft() { return this.#move(-1, 0); }
  moveRight() { return this.#move(1, 0); }
  moveUp() { return this.#move(0, -1); }
  moveDown() { return this.#move(0, 1); }
  moveFarLeft() { return this.#move(-FAR, 0); }
  moveFarRight() { return this.#move(FAR, 0); }
  moveFarUp() { return this.#move(0, -FAR); }
  moveFarDown() { return this.#move(0, FAR); }

  /** One pixel or ten: the selected object; while drawing, the cursor goes a hundred. */
  #move(dx, dy) {
    if (this.steers) return this.#cursor(Math.sign(dx) * FARTHEST, Math.sign(dy) * FARTHEST);
    return this.#reshaped((shape, size) => moved(shape.type, shape.points, dx, dy, size, shape.rotation));
  }

  narrower() { return this.#resize(-1, 0); }
  wider() { return this.#resize(1, 0); }
  lower() { return this.#resize(0, -1); }
  higher() { return this.#resize(0, 1); }
  muchNarrower() { return this.#resize(-FAR, 0); }
  muchWider() { return this.#resize(FAR, 0); }
  muchLower() { return this.#resize(0, -FAR); }
  muchHigher() { return this.#resize(0, FAR); }

  #resize(dx, dy) { return this.#reshaped((shape, size) => resized(shape, dx, dy, size)); }

  #reshaped(work) {
    const { app } = this;
    const { selected } = app;
    if (!selected?.points) return app.notice("Select an object first: Tab walks from one to the next.");
    const changed = work(selected, app.frame);
    const points = selected.type === "mask" ? changed : rounded(changed);
    if (points.every((value, i) => value === selected.points[i])) return app.say("It cannot go further");
    if (this.edit(selected.client_id, (shape) => { shape.points = points; })) app.say(describeShape({ ...selected, points }));
    return undefined;
  }

  /** Enter and Space: a corner or a point where the cursor is, the copy in its place, an object picked for a group. */
  point() {
    const { app } = this;
    if (app.mode === "paste") return this.place();
    if (app.mode === "group") return app.state.hoveredId ? this.pick(app.state.hoveredId) : false;
    if (!this.steers) return false;
    const { what, place: [x, y] } = app.canvas.press();
    const at = `${Math.round(x)}, ${Math.round(y)}`;
    if (SAID[what]) app.say(SAID[what](at));
    return undefined;
  }

  /** Enter: finishes what has points already, makes the group, and otherwise sets the next point. */
  enter() {
    const { app } = this;
    if (app.mode === "group") return this.group();
    if (app.mode === "sketch") return this.finish();
    if (app.paintTarget) return this.finishMask();
    return this.point();
  }
}
