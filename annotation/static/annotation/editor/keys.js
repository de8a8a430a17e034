/** The keys, as a table that the help window prints and the tests walk. CVAT's defaults where CVAT has one. */

/** @type {{keys: string[], command: string, what: string, group: string, edits?: boolean}[]} `edits`: off when read-only */
export const KEYS = [
  { keys: ["N"], command: "draw", what: "Draw again with the last tool and label; finish the shape being drawn", group: "Draw", edits: true },
  { keys: ["Escape"], command: "cancel", what: "Cancel drawing, or let go of the selected object", group: "Draw" },
  { keys: ["Backspace"], command: "undoVertex", what: "While drawing: take back the last point", group: "Draw", edits: true },
  { keys: ["Enter"], command: "finish", what: "Finish the shape being drawn", group: "Draw", edits: true },
  ...Array.from({ length: 9 }, (_, i) => ({
    keys: [`Ctrl+${i + 1}`], command: `label${i + 1}`, what: `Use label ${i + 1}, also for the selected object`, group: "Labels", edits: true,
  })),
  { keys: ["E"], command: "nothingHere", what: "Nothing here: this frame needs no object; again: take that back", group: "Edit", edits: true },
  { keys: ["Delete", "Shift+Delete"], command: "delete", what: "Delete the selected object", group: "Edit", edits: true },
  { keys: ["Ctrl+Z"], command: "undo", what: "Undo", group: "Edit", edits: true },
  { keys: ["Ctrl+Y", "Ctrl+Shift+Z"], command: "redo", what: "Redo", group: "Edit", edits: true },
  { keys: ["Ctrl+C"], command: "copy", what: "Copy the selected object", group: "Edit", edits: true },
  { keys: ["Ctrl+V"], command: "paste", what: "Paste it, also on another frame", group: "Edit", edits: true },
  { keys: ["Q"], command: "occluded", what: "Mark the selected object as partly hidden by something", group: "Edit", edits: true },
  { keys: ["Ctrl+S"], command: "save", what: "Save now (it is saved by itself as well)", group: "Edit", edits: true },
  { keys: ["F"], command: "nextFrame", what: "Next frame", group: "Move around" },
  { keys: ["D"], command: "previousFrame", what: "Previous frame", group: "Move around" },
  { keys: ["V"], command: "tenForward", what: "Ten frames forward", group: "Move around" },
  { keys: ["C"], command: "tenBack", what: "Ten frames back", group: "Move around" },
  { keys: ["ArrowRight"], command: "nextUnfinished", what: "Next unfinished frame", group: "Move around" },
  { keys: ["ArrowLeft"], command: "previousUnfinished", what: "Previous unfinished frame", group: "Move around" },
  { keys: ["`", "~"], command: "goToFrame", what: "Go to a frame by its number or name", group: "Move around" },
  { keys: ["T"], command: "toggleStrip", what: "Show or hide the thumbnails", group: "Move around" },
  { keys: ["Tab"], command: "nextObject", what: "Next object", group: "Move around" },
  { keys: ["Shift+Tab"], command: "previousObject", what: "Previous object", group: "Move around" },
  { keys: ["0"], command: "fit", what: "Show the whole image", group: "Move around" },
  { keys: ["Z"], command: "fitObject", what: "Zoom to the selected object", group: "Move around" },
  { keys: ["+", "="], command: "zoomIn", what: "Zoom in", group: "Move around" },
  { keys: ["-"], command: "zoomOut", what: "Zoom out", group: "Move around" },
  { keys: ["H"], command: "hideAll", what: "Hide or show all objects", group: "Move around" },
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
  let key = event.key;
  if (key.length === 1) {
    const byPlace = event.code === "Backquote" ? "`" : /^(?:Key|Digit)(\w)$/.exec(event.code ?? "")?.[1];
    if (/[^\x20-\x7e]/.test(key) && byPlace) key = byPlace;
    key = key.toUpperCase();
  }
  const modifiers = [];
  if (event.ctrlKey || event.metaKey) modifiers.push("Ctrl");
  if (event.altKey) modifiers.push("Alt");
  // Of printable signs Shift is already part ("?", "+"); letters and named keys say it.
  if (event.shiftKey && (key.length > 1 || /[A-Z]/.test(key))) modifiers.push("Shift");
  return [...modifiers, key].join("+");
}

const SIGNS = { "+": "+", "=": "+", "-": "-", _: "-" };

/** CVAT's keys for the picture: Shift and a letter are held down while + or - is pressed. */
export class Chord {
  #held = null;

  /** The press as the table spells it within a chord, e.g. "Shift+B +"; null when it is none. */
  name(event) {
    const name = keyName(event);
    if (BY_KEY.has(`${name} +`)) {
      this.#held = { name, code: event.code };
      return null;
    }
    if (!event.shiftKey) this.#held = null;
    return this.#held && SIGNS[event.key] ? `${this.#held.name} ${SIGNS[event.key]}` : null;
  }

  release(event) {
    if (event.key === "Shift" || event.code === this.#held?.code) this.#held = null;
  }
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
  if (name.startsWith("Arrow")) return element.tagName?.toLowerCase() === "input";
  return ["Enter", "Tab", "Shift+Tab"].includes(name);
}
