// Regions of field.image-annotation over the picture they were drawn on, small in a list and large in a dialog.
import { ask, h } from "../dom.js";
import { bounds, readRegions, vertices } from "../frame/tb/annotation/geometry.js";

const COLOURS = ["#c2185b", "#0b62c4", "#9a5b00", "#00796b", "#7b1fa2", "#c62828", "#33691e", "#455a64", "#5d4037"];
const SVG = "http://www.w3.org/2000/svg";
const PICTURE = /^data:image\/|^https?:\/\/\S+$/i;

/** Where the view says that pictures and regions are: [{image: input name, data: path}], from its Template Builder config. */
export function drawingsOf(viewSpec) {
  const found = [];
  const walk = (node) => {
    if (node === null || typeof node !== "object") return;
    if (node.type === "field.image-annotation")
      found.push({ image: node.image?.path ?? null, fixed: typeof node.image === "string" ? node.image : null });
    Object.values(node).forEach(walk);
  };
  try {
    walk(typeof viewSpec?.config === "string" ? JSON.parse(viewSpec.config) : viewSpec?.config);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    console.warn("the project's view cannot be read:", error.message);
  }
  return found;
}

/** Whether a value is a list of regions that can be drawn. */
export const areRegions = (value) => Array.isArray(value) && value.length > 0 && readRegions(value).regions.length === value.length;

/** The picture's address for a task, or null: what the view names, else the first input that looks like one. */
export function pictureOf(inputs, drawings) {
  const named = drawings.map(({ image, fixed }) => fixed ?? inputs?.[image]).find((url) => typeof url === "string");
  const found = named ?? Object.values(inputs ?? {}).find((value) => typeof value === "string" && PICTURE.test(value));
  return found && PICTURE.test(found) ? found : null;
}

function element(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  made.append(...children);
  return made;
}

// In a square of 100 that is stretched over the picture; strokes keep their width.
function outline(region) {
  const all = vertices(region).map(({ left, top }) => `${left * 100} ${top * 100}`);
  return region.shape === "point" ? `M${all[0]}h0` : `M${all.join("L")}Z`;
}

function overlay(url, regions, labels) {
  const svg = element("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });
  const colour = (region) => COLOURS[Math.max(0, labels.indexOf(region.label)) % COLOURS.length];
  regions.forEach((region) => {
    const shape = { d: outline(region), "vector-effect": "non-scaling-stroke", style: `--colour:${colour(region)}` };
    svg.append(
      element("path", { ...shape, class: `casing ${region.shape}` }),
      element("path", { ...shape, class: `line ${region.shape}` }),
    );
  });
  const image = h("img", { src: url, alt: `Picture with ${regions.length} region${regions.length === 1 ? "" : "s"}`, loading: "lazy" });
  const figure = h("span", { class: "regions" }, image, svg);
  image.addEventListener("error", () => figure.replaceChildren(h("span", { class: "hint" }, `The picture cannot be loaded: ${url}`)));
  return figure;
}

function tally(regions, labels) {
  const count = (label) => regions.filter((region) => region.label === label).length;
  const parts = labels.map((label, index) =>
    h(
      "span",
      { class: "tally" },
      h("i", { style: `background:${COLOURS[index % COLOURS.length]}` }),
      `${count(label)} ${label ?? "without label"}`,
    ),
  );
  return h("p", { class: "hint row" }, parts);
}

function rows(regions) {
  const percent = (number) => `${(number * 100).toFixed(1)} %`;
  const where = (region) => {
    const { left, top, right, bottom } = bounds(region);
    return `${percent(left)}, ${percent(top)} – ${percent(right)}, ${percent(bottom)}`;
  };
  return h(
    "ol",
    { class: "region-rows" },
    regions.map((region) => h("li", {}, `${region.shape}${region.label === undefined ? "" : `, ${region.label}`}: ${where(region)}`)),
  );
}

/** A small picture with the regions that opens large. `url` may be null: then the regions are listed. */
export function regionsPicture(url, value, title) {
  const { regions } = readRegions(value);
  const labels = [...new Set(regions.map(({ label }) => label))];
  if (!url) return rows(regions);
  const open = () =>
    ask({
      title,
      content: h("div", {}, overlay(url, regions, labels), tally(regions, labels), rows(regions)),
      actions: [{ label: "Close", value: true, autofocus: true }],
      className: "wide",
    });
  return h(
    "div",
    { class: "drawn" },
    h(
      "button",
      { class: "drawn-open", type: "button", "aria-label": `Show large: ${title}`, onclick: open },
      overlay(url, regions, labels),
    ),
    tally(regions, labels),
  );
}
