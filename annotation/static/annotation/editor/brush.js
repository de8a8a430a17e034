/** The brush's settings, kept in this browser, and what they can be. No DOM, no map. */

const KEY = "cvatoloka-editor-brush";
export const SMALLEST = 1;
export const LARGEST = 250;

/** The four ways to change a mask, in the order of CVAT's keys. `value`: whether pixels are set or taken away; `polygon`: by corners. */
export const WAYS = [
  { way: "brush", name: "Brush", icon: "brush", key: "Shift+1", value: 1, polygon: false, hint: "Paint over the object; N or Enter finishes it." },
  { way: "eraser", name: "Eraser", icon: "eraser", key: "Shift+2", value: 0, polygon: false, hint: "Rub out what is too much." },
  { way: "add", name: "Polygon +", icon: "polygon", key: "Shift+3", value: 1, polygon: true, hint: "Click corners around what belongs to it; double-click to fill." },
  { way: "cut", name: "Polygon −", icon: "scissors", key: "Shift+4", value: 0, polygon: true, hint: "Click corners around what does not; double-click to cut it out." },
];
export const FORMS = [{ form: "circle", name: "Round", icon: "circle" }, { form: "square", name: "Square", icon: "square" }];

export const wayOf = (name) => WAYS.find(({ way }) => way === name) ?? WAYS[0];

/** A size some steps larger or smaller: by a tenth, but at least by one pixel. */
export function stepped(size, steps) {
  let next = size;
  for (let i = 0; i < Math.abs(steps); i += 1) next += Math.sign(steps) * Math.max(1, Math.round(next / 10));
  return Math.min(LARGEST, Math.max(SMALLEST, next));
}

/** Whatever was stored, as settings that work. A new editor starts with the brush, whatever it was left with. */
export function brushFrom(stored) {
  const { size, form } = stored !== null && typeof stored === "object" ? stored : {};
  return {
    way: "brush", size: Number.isFinite(size) ? Math.min(LARGEST, Math.max(SMALLEST, Math.round(size))) : 24,
    form: FORMS.some((entry) => entry.form === form) ? form : "circle",
  };
}

export class Brush {
  /** @param {() => Storage} storage throws where the browser forbids it */
  constructor(storage = () => localStorage) {
    this.storage = storage;
    this.settings = this.#load();
  }

  #load() {
    try {
      return brushFrom(JSON.parse(this.storage().getItem(KEY)));
    } catch (error) {
      console.warn("The brush's settings could not be read in this browser:", error);
      return brushFrom(null);
    }
  }

  set(change) {
    const { way = this.settings.way, ...rest } = { ...this.settings, ...change };
    this.settings = { ...brushFrom(rest), way: wayOf(way).way };
    try {
      this.storage().setItem(KEY, JSON.stringify({ size: this.settings.size, form: this.settings.form }));
    } catch (error) {
      console.warn("The brush's settings are not kept in this browser:", error);
    }
  }
}
