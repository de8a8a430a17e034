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
  { keys: ["Tab"], command: "nextObject", what: "Next object", group: "Move around" },
  { keys: ["Shift+Tab"], command: "previousObject", what: "Previous object", group: "Move around" },
  { keys: ["0"], command: "fit", what: "Show the whole image", group: "Move around" },
  { keys: ["+", "="], command: "zoomIn", what: "Zoom in", group: "Move around" },
  { keys: ["-"], command: "zoomOut", what: "Zoom out", group: "Move around" },
  { keys: ["H"], command: "hideAll", what: "Hide or show all objects", group: "Move around" },
  { keys: ["F1", "?"], command: "help", what: "This list", group: "Help" },
];

const BY_KEY = new Map(KEYS.flatMap((entry) => entry.keys.map((key) => [key, entry])));

/** The name of a key press as the table spells it, e.g. "Ctrl+Shift+Z". Letters of non-Latin layouts are taken by their place. */
export function keyName(event) {
  let key = event.key;
  if (key.length === 1) {
    const byPlace = /^(?:Key|Digit)(\w)$/.exec(event.code ?? "")?.[1];
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

/** @returns {typeof KEYS[number]|null} */
export const commandFor = (event) => BY_KEY.get(keyName(event)) ?? null;

const TEXT_INPUTS = new Set(["text", "search", "number", "email", "url", "tel", "password", "date", "time", ""]);

/** Whether the element uses keys itself, so that shortcuts must stay off. */
export function takesText(element) {
  if (!element) return false;
  const tag = element.tagName?.toLowerCase();
  if (tag === "textarea" || tag === "select" || element.isContentEditable) return true;
  return tag === "input" && TEXT_INPUTS.has(element.type ?? "");
}

/** Keys that an element under focus needs for itself although it is no text field: Enter on a button, Tab anywhere but the canvas. */
export function belongsToElement(name, element, canvas) {
  if (!element || element === canvas || element.tagName?.toLowerCase() === "body") return false;
  return ["Enter", "Tab", "Shift+Tab"].includes(name);
}
