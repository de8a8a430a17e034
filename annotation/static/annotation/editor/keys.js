/** The keys, as a table that the help window prints and the tests walk. CVAT's defaults where CVAT has one. */

const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];

/** Four rows, one a direction, that the help window prints as one. @param {string} prefix e.g. "Ctrl+" @param {string[]} commands in that order */
const arrows = (prefix, commands, more) => ARROWS.map((key, i) => ({
  keys: [prefix + key], command: commands[i], edits: true, ...more, ...(i ? { hidden: true } : { shown: `${prefix}← → ↑ ↓` }),
}));

/**
 * A key may be held down before the next one: "Shift+B +", "T H".
 * @type {{keys: string[], command: string, what: string, group: string, edits?: boolean, shown?: string, hidden?: boolean}[]} `edits`: off when
 *   read-only; `shown`: what the help window prints instead of the keys; `hidden`: another row stands for this one there
 */
export const KEYS = [
  { keys: ["N"], command: "draw", what: "Draw again with the last tool and label; finish the shape being drawn", group: "Draw", edits: true },
  { keys: ["Shift+N"], command: "redraw", what: "Draw the selected object again: label and answers stay", group: "Draw", edits: true },
  { keys: ["Escape"], command: "cancel", what: "Cancel drawing, or let go of the selected object", group: "Draw" },
  { keys: ["Backspace"], command: "undoVertex", what: "While drawing: take back the last point", group: "Draw", edits: true },
  { keys: ["Enter"], command: "enter", what: "Finish the shape being drawn; put the copy down; before the first point: set it at the cursor", group: "Draw", edits: true },
  { keys: ["Space"], command: "point", what: "Set a corner or a point at the cursor", group: "Draw", edits: true },
  ...arrows("Shift+", ["farLeft", "farRight", "farUp", "farDown"], { what: "While drawing or pasting: move the cursor by 10 pixels (alone: by 1, with Ctrl: by 100)", group: "Draw" }),
  { keys: ["B"], command: "paint", what: "Paint on the selected mask; with none selected, a new one", group: "Masks", edits: true },
  { keys: ["Shift+1"], command: "brush", what: "Brush", group: "Masks", edits: true },
  { keys: ["Shift+2"], command: "eraser", what: "Eraser", group: "Masks", edits: true },
  { keys: ["Shift+3"], command: "addPolygon", what: "Fill a polygon into the mask", group: "Masks", edits: true },
  { keys: ["Shift+4"], command: "cutPolygon", what: "Cut a polygon out of the mask", group: "Masks", edits: true },
  { keys: ["["], command: "smallerBrush", what: "Smaller brush (also Shift and the wheel)", group: "Masks", edits: true },
  { keys: ["]"], command: "largerBrush", what: "Larger brush", group: "Masks", edits: true },
  ...Array.from({ length: 10 }, (_, i) => ({
    keys: [`Ctrl+${(i + 1) % 10}`], command: `label${i + 1}`, what: "Use this label, also for the selected object", group: "Labels", edits: true,
    ...(i ? { hidden: true } : { shown: "Ctrl+1 … 9, 0" }),
  })),
  { keys: ["A"], command: "answers", what: "To the questions about the selected object; Esc leads back", group: "Labels", edits: true },
  { keys: ["E"], command: "nothingHere", what: "Nothing here: this frame needs no object; again: take that back. On a starting point: it is right", group: "Edit", edits: true },
  { keys: ["Delete"], command: "delete", what: "Delete the selected object", group: "Edit", edits: true },
  { keys: ["Shift+Delete"], command: "deleteLocked", what: "Delete it even if it is locked", group: "Edit", edits: true },
  { keys: ["Ctrl+Z"], command: "undo", what: "Undo", group: "Edit", edits: true },
  { keys: ["Ctrl+Y", "Ctrl+Shift+Z"], command: "redo", what: "Redo", group: "Edit", edits: true },
  { keys: ["Ctrl+C"], command: "copy", what: "Copy the selected object", group: "Edit", edits: true },
  { keys: ["Ctrl+V"], command: "paste", what: "Paste it at the pointer, also on another frame; hold Ctrl and click for several", group: "Edit", edits: true },
  { keys: ["Ctrl+Shift+V"], command: "pasteInPlace", what: "Paste it at once, in its own place", group: "Edit", edits: true },
  { keys: ["Ctrl+D"], command: "duplicate", what: "Duplicate the selected object beside itself", group: "Edit", edits: true },
  { keys: ["Ctrl+B"], command: "propagate", what: "Propagate the selected object to other frames", group: "Edit", edits: true },
  ...arrows("Ctrl+", ["moveLeft", "moveRight", "moveUp", "moveDown"], { what: "Move the selected object by 1 pixel; with Shift too: by 10", group: "Edit" }),
  ...arrows("Ctrl+Shift+", ["moveFarLeft", "moveFarRight", "moveFarUp", "moveFarDown"], { what: "Move the selected object by 10 pixels", group: "Edit", hidden: true }),
  ...arrows("Alt+", ["narrower", "wider", "lower", "higher"], { what: "Make it narrower, wider, lower, higher by 1 pixel; with Shift too: by 10", group: "Edit" }),
  ...arrows("Alt+Shift+", ["muchNarrower", "muchWider", "muchLower", "muchHigher"], { what: "The same by 10 pixels", group: "Edit", hidden: true }),
  { keys: ["Q", "/"], command: "occluded", what: "Mark the selected object as partly hidden by something", group: "Edit", edits: true },
  { keys: ["R"], command: "turnRight", what: "Turn the selected box or ellipse by 15° to the right; with Alt by 1°", group: "Edit", edits: true },
  { keys: ["Shift+R"], command: "turnLeft", what: "Turn it to the left; with Alt by 1°", group: "Edit", edits: true },
  { keys: ["Alt+R"], command: "turnRightBit", what: "Turn it by 1° to the right", group: "Edit", edits: true, hidden: true },
  { keys: ["Alt+Shift+R"], command: "turnLeftBit", what: "Turn it by 1° to the left", group: "Edit", edits: true, hidden: true },
  { keys: ["PageUp"], command: "toFront", what: "Bring the selected object in front of the others", group: "Edit", edits: true },
  { keys: ["PageDown"], command: "toBack", what: "Put it behind the others", group: "Edit", edits: true },
  { keys: ["G"], command: "group", what: "Choose objects of one label for a group; again: make the group", group: "Edit", edits: true },
  { keys: ["Shift+G"], command: "ungroup", what: "Take the selected object's group apart", group: "Edit", edits: true },
  { keys: ["L"], command: "lock", what: "Lock or unlock the selected object", group: "Edit", edits: true },
  { keys: ["T L", "Shift+L"], command: "lockAll", what: "Lock or unlock all objects of this frame", group: "Edit", edits: true },
  { keys: ["Ctrl+S"], command: "save", what: "Save now (it is saved by itself as well)", group: "Edit", edits: true },
  { keys: ["F"], command: "nextFrame", what: "Next frame", group: "Move around" },
  { keys: ["D"], command: "previousFrame", what: "Previous frame", group: "Move around" },
  { keys: ["V"], command: "tenForward", what: "Ten frames forward", group: "Move around" },
  { keys: ["C"], command: "tenBack", what: "Ten frames back", group: "Move around" },
  { keys: ["ArrowRight"], command: "right", what: "Next unfinished frame (while drawing or pasting: the cursor)", group: "Move around" },
  { keys: ["ArrowLeft"], command: "left", what: "Previous unfinished frame (while drawing or pasting: the cursor)", group: "Move around" },
  { keys: ["ArrowUp"], command: "up", what: "While drawing or pasting: the cursor", group: "Draw", edits: true, hidden: true },
  { keys: ["ArrowDown"], command: "down", what: "While drawing or pasting: the cursor", group: "Draw", edits: true, hidden: true },
  { keys: ["`", "~"], command: "goToFrame", what: "Go to a frame by its number or name", group: "Move around" },
  { keys: ["T"], command: "toggleStrip", what: "Show or hide the thumbnails", group: "Move around" },
  { keys: ["Tab"], command: "nextObject", what: "Next object", group: "Move around" },
  { keys: ["Shift+Tab"], command: "previousObject", what: "Previous object", group: "Move around" },
  { keys: ["0"], command: "fit", what: "Show the whole image", group: "Move around" },
  { keys: ["Z"], command: "fitObject", what: "Zoom to the selected object", group: "Move around" },
  { keys: ["+", "="], command: "zoomIn", what: "Zoom in", group: "Move around" },
  { keys: ["-"], command: "zoomOut", what: "Zoom out", group: "Move around" },
  { keys: ["H"], command: "hide", what: "Hide or show the selected object; with none selected, all of them", group: "Move around" },
  { keys: ["T H", "Shift+H"], command: "hideAll", what: "Hide or show all objects", group: "Move around" },
  { keys: ["F2"], command: "picture", what: "The picture's settings", group: "Picture" },
  { keys: ["Shift+B +"], command: "brighter", what: "Brighter", group: "Picture" },
  { keys: ["Shift+B -"], command: "darker", what: "Darker", group: "Picture" },
  { keys: ["Shift+C +"], command: "moreContrast", what: "More contrast", group: "Picture" },
  { keys: ["Shift+C -"], command: "lessContrast", what: "Less contrast", group: "Picture" },
  { keys: ["Shift+S +"], command: "moreColour", what: "Stronger colours", group: "Picture" },
  { keys: ["Shift+S -"], command: "lessColour", what: "Paler colours", group: "Picture" },
  { keys: ["F1", "?"], command: "help", what: "This list", group: "Help" },
];

const BY_KEY = new Map(KEYS.flatMap((entry) => entry.keys.map((key) => [key, entry])));

/** The name of a key press as the table spells it, e.g. "Ctrl+Shift+Z". Letters of non-Latin layouts are taken by their place. */
export function keyName(event) {
  let { key } = event;
  const brush = !event.ctrlKey && !event.metaKey && !event.altKey && event.shiftKey && /^Digit([1-4])$/.exec(event.code ?? "");
  if (brush) return `Shift+${brush[1]}`; // whatever sign that is on this keyboard
  if (key === " ") key = "Space";
  if (key.length === 1) key = (placeOf(event) ?? key).toUpperCase();
  const modifiers = [];
  if (event.ctrlKey || event.metaKey) modifiers.push("Ctrl");
  if (event.altKey) modifiers.push("Alt");
  // Of printable signs Shift is already part ("?", "+"); letters and named keys say it.
  if (event.shiftKey && (key.length > 1 || /[A-Z]/.test(key))) modifiers.push("Shift");
  return [...modifiers, key].join("+");
}

/**
 * The letter or digit that stands at the key's place on a Latin keyboard, where the key itself says something else: letters of other
 * scripts, signs on letters' keys (Hebrew), and with Ctrl the signs that a French keyboard has on the digits. Null: take what the key says.
 */
function placeOf({ key, code = "", ctrlKey, metaKey, shiftKey }) {
  const foreign = /[^\x20-\x7e]/.test(key);
  if (code in SIGNS_BY_PLACE) return foreign ? SIGNS_BY_PLACE[code] : null;
  const [, kind, place] = /^(Key|Digit)(\w)$/.exec(code) ?? [];
  if (foreign) return place ?? null;
  if (kind === "Key" && !/[a-z0-9]/i.test(key)) return place;
  return kind === "Digit" && (ctrlKey || metaKey) && !shiftKey && !/\d/.test(key) ? place : null;
}

const SIGNS_BY_PLACE = { Backquote: "`", BracketLeft: "[", BracketRight: "]" };
const SIGNS = { "+": "+", "=": "+", "-": "-", _: "-" };
/** Keys that others are pressed with, e.g. "Shift+B" and "T". */
const HOLDERS = new Set(KEYS.flatMap((entry) => entry.keys).filter((key) => key.includes(" ")).map((key) => key.split(" ")[0]));

/** CVAT's keys that are held down while another is pressed: Shift+B and +, T and H. What such a key does alone it does when it is let go. */
export class Chord {
  #held = null;

  /** The press as the table spells it within a chord, e.g. "Shift+B +"; null when it is none, "" when it may be the first of one. */
  name(event) {
    const name = keyName(event);
    if (HOLDERS.has(name)) {
      if (this.#held?.code !== event.code) this.#held = { name, code: event.code, used: false };
      return "";
    }
    if (this.#held?.name.startsWith("Shift") && !event.shiftKey) this.#held = null;
    const both = this.#held && `${this.#held.name} ${SIGNS[event.key] ?? name}`;
    if (!BY_KEY.has(both)) return null;
    this.#held.used = true;
    return both;
  }

  /** @returns {typeof KEYS[number]|null} what the key that was let go does alone */
  release(event) {
    const held = this.#held;
    if (!held || (event.code !== held.code && !(event.key === "Shift" && held.name.startsWith("Shift")))) return null;
    this.#held = null;
    return held.used ? null : BY_KEY.get(held.name) ?? null;
  }

  /** The window went away while something was held: its letting go was not seen. */
  forget() { this.#held = null; }
}

/** @param {string|null} chord what Chord says about the press @returns {typeof KEYS[number]|null} */
export const commandFor = (event, chord = null) => BY_KEY.get(chord ?? keyName(event)) ?? null;

const TEXT_INPUTS = new Set(["text", "search", "number", "email", "url", "tel", "password", "date", "time", ""]);

/** Whether the element uses keys itself, so that shortcuts must stay off. */
export function takesText(element) {
  if (!element) return false;
  const tag = element.tagName?.toLowerCase();
  if (tag === "textarea" || tag === "select" || element.isContentEditable) return true;
  return tag === "input" && TEXT_INPUTS.has(element.type ?? "");
}

/** Keys that an element under focus needs for itself although it is no text field: Enter on a button, arrows on a slider, Tab anywhere but the
 * canvas. */
export function belongsToElement(name, element, canvas) {
  if (!element || element === canvas || element.tagName?.toLowerCase() === "body") return false;
  if (name.includes("Arrow")) return element.tagName?.toLowerCase() === "input";
  return ["Enter", "Space", "Tab", "Shift+Tab"].includes(name);
}
