// Around the picture: the tools above it and the list of regions below it, which is also the way without a mouse.
import { make } from "../elements.js";

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  select: "M5 3l10 6-4.500 1L8.500 15z",
  rectangle: "M3.500 5h13v10h-13z",
  polygon: "M10 3l7 5.500-3 8H6L3 8.500z",
  point: "M10 7a3 3 0 1 0 0 6a3 3 0 0 0 0-6M10 2v3M10 15v3M2 10h3M15 10h3",
  undo: "M8 5L4 9l4 4M4 9h8a4 4 0 0 1 0 8h-2",
  redo: "M12 5l4 4-4 4M16 9H8a4 4 0 0 0 0 8h2",
  remove: "M4 6h12M8 6V4h4v2M6 6l.700 11h6.600L14 6",
  closer: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4M13 13l4 4M9 7v4M7 9h4",
  farther: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4M13 13l4 4M7 9h4",
  fit: "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4",
};
const NAMES = { select: "Select", rectangle: "Rectangle", polygon: "Polygon", point: "Point" };
const KEYS = { select: "V", rectangle: "R", polygon: "P", point: "O" };

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  Object.entries({ viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" }).forEach(([key, value]) =>
    svg.setAttribute(key, value),
  );
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function tool(name, label, title, run, words = null) {
  const button = make("button", { type: "button", className: "ia-tool", title }, icon(name), words);
  button.setAttribute("aria-label", label);
  button.addEventListener("click", run);
  return button;
}

const group = (name, ...items) => make("div", { className: "ia-group", role: "group", ariaLabel: name }, ...items);

/** {element, show()} */
export function toolbar(field) {
  const modes = ["select", ...field.shapes].map((mode) =>
    tool(mode, NAMES[mode], `${NAMES[mode]} (${KEYS[mode]})`, () => field.setMode(mode), make("span", {}, NAMES[mode])),
  );
  const labels = field.labels.map((label, index) => {
    const button = make(
      "button",
      { type: "button", className: "ia-label" },
      make("i", { style: { background: label.colour } }),
      label.name,
      index < 9 ? make("kbd", { ariaHidden: "true" }, String(index + 1)) : null,
    );
    button.addEventListener("click", () => field.setLabel(label.value));
    return button;
  });
  const undo = tool("undo", "Undo", "Undo (Ctrl+Z)", () => field.regions.undo());
  const redo = tool("redo", "Redo", "Redo (Ctrl+Shift+Z)", () => field.regions.redo());
  const remove = tool("remove", "Delete region", "Delete the selected region (Delete)", () => field.remove());
  const zoom = group(
    "Zoom",
    tool("closer", "Zoom in", "Zoom in (+)", () => field.stage.natural && field.stage.zoom(1.25)),
    tool("farther", "Zoom out", "Zoom out (-)", () => field.stage.natural && field.stage.zoom(0.8)),
    tool("fit", "Whole picture", "Whole picture (0)", () => field.stage.natural && field.stage.fit()),
  );
  const element = make("div", { className: "ia-bar", role: "toolbar", ariaLabel: "Drawing" });
  if (!field.readOnly) element.append(group("Tools", ...modes));
  if (!field.readOnly && labels.length) element.append(group("Labels", ...labels));
  if (!field.readOnly) element.append(group("Changes", undo, redo, remove));
  element.append(zoom);
  const show = () => {
    ["select", ...field.shapes].forEach((mode, index) => modes[index].setAttribute("aria-pressed", String(mode === field.mode)));
    const chosen = field.regions.find(field.regions.selected)?.region;
    const current = chosen ? chosen.label : field.label;
    field.labels.forEach(({ value }, index) => labels[index].setAttribute("aria-pressed", String(value === current)));
    undo.disabled = !field.regions.canUndo;
    redo.disabled = !field.regions.canRedo;
    remove.disabled = field.regions.selected === null;
  };
  return { element, show };
}

/** {element, show(entries)}: a button a region that selects it, and one that removes it. */
export function regionList(field) {
  const element = make("ol", { className: "ia-list" });
  element.setAttribute("aria-label", "Regions");
  let shown = "";
  const row = ({ id, region, colour, selected }, index) => {
    const name = [NAMES[region.shape].toLowerCase(), field.nameOf(region)].filter(Boolean).join(", ");
    const button = make(
      "button",
      { type: "button", className: "ia-row" },
      make("i", { style: { background: colour } }),
      `${index + 1} ${name}`,
    );
    button.setAttribute("aria-pressed", String(selected));
    button.addEventListener("click", () => {
      if (field.mode !== "select") field.setMode("select");
      field.select(selected ? null : id);
      element.querySelectorAll(".ia-row")[index]?.focus();
    });
    if (field.readOnly) return make("li", {}, button);
    const remove = make("button", { type: "button", className: "ia-remove" }, "×");
    remove.setAttribute("aria-label", `Delete ${index + 1} ${name}`);
    remove.addEventListener("click", () => {
      field.remove(id);
      (element.querySelectorAll(".ia-remove")[Math.min(index, field.regions.list.length - 1)] ?? field.stage.element).focus();
    });
    return make("li", {}, button, remove);
  };
  const show = (entries) => {
    const now = JSON.stringify(entries.map(({ id, region, selected }) => [id, region.label, selected]));
    if (now === shown) return;
    shown = now;
    element.replaceChildren(...entries.map(row));
    element.hidden = !entries.length;
  };
  return { element, show };
}
