// Keys of the annotation field: the ones that always work on the picture, and those that plugin.field.image-annotation.hotkeys names.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const MODES = { v: "select", r: "rectangle", p: "polygon", o: "point" };
const LARGE = 10; // picture pixels with Shift, 1 without

// Letters and digits by their place on the keyboard, so that another alphabet does not take the hotkeys away.
export function keyName(event) {
  const match = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code ?? "");
  if (match) return match[1].toLowerCase();
  return { ArrowUp: "up", ArrowDown: "down", Escape: "esc" }[event.key] ?? event.key.toLowerCase();
}

function history(field, event) {
  const name = keyName(event);
  if (!(event.ctrlKey || event.metaKey) || event.altKey || !["z", "y"].includes(name) || field.readOnly) return false;
  if (name === "y" || event.shiftKey) field.regions.redo();
  else field.regions.undo();
  return true;
}

function arrows(field, event) {
  const [x, y] = ARROWS[event.key];
  const step = event.shiftKey ? LARGE : 1;
  return field.nudge(x * step, y * step, event.altKey);
}

function erase(field, event) {
  if (field.readOnly) return false;
  if (event.key === "Backspace" && field.tools.backUp()) return true;
  return field.tools.removeCorner() || field.remove();
}

function escape(field) {
  if (field.tools.cancel()) return true;
  if (field.regions.selected === null) return false;
  field.select(null);
  return true;
}

function enter(field) {
  if (field.readOnly || field.tools.finish()) return !field.readOnly;
  if (field.tools.draft || field.mode === "select") return false;
  field.putInMiddle();
  return true;
}

function space(field) {
  field.tools.panning = true;
  return true;
}

const ON_THE_PICTURE = {
  ...Object.fromEntries(Object.keys(ARROWS).map((key) => [key, arrows])),
  Delete: erase,
  Backspace: erase,
  Escape: escape,
  Enter: enter,
  " ": space,
  "+": (field) => zoomed(field, 1.25),
  "=": (field) => zoomed(field, 1.25),
  "-": (field) => zoomed(field, 0.8),
  0: (field) => {
    field.stage.fit();
    return true;
  },
};

function zoomed(field, factor) {
  field.stage.zoom(factor);
  return true;
}

function labelled(field, index) {
  if (field.readOnly || !field.labels[index]) return false;
  field.setLabel(field.labels[index].value);
  return true;
}

function moded(field, mode) {
  if (field.readOnly || !mode || (mode !== "select" && !field.shapes.includes(mode))) return false;
  field.setMode(mode);
  return true;
}

/** `plugin`: {labels: [key], modes: {select, rectangle, polygon, point}, confirm, cancel} or null. Gives (event, focused) -> whether taken. */
export function keysOf(plugin, field) {
  const wanted = (event) => {
    const name = keyName(event);
    const index = (plugin?.labels ?? []).indexOf(name);
    if (index >= 0) return labelled(field, index);
    const mode = Object.keys(plugin?.modes ?? {}).find((key) => plugin.modes[key] === name);
    if (mode) return moded(field, mode);
    if (plugin?.confirm === name) return enter(field);
    return plugin?.cancel === name ? escape(field) : false;
  };
  return (event, focused) => {
    if (history(field, event)) return true;
    if (event.ctrlKey || event.metaKey) return false;
    if (plugin && !event.altKey && wanted(event)) return true;
    if (!focused) return false;
    if (Object.hasOwn(ON_THE_PICTURE, event.key)) return ON_THE_PICTURE[event.key](field, event);
    if (event.altKey) return false;
    const name = keyName(event);
    return /^[1-9]$/.test(name) ? labelled(field, Number(name) - 1) : moded(field, MODES[name]);
  };
}
