// field.image-annotation: rectangles, polygons and points on a picture. Contract of fields.js; the value is described in geometry.js.
import { make, text, web } from "../elements.js";
import { grown, moved } from "./geometry.js";
import { keysOf } from "./keys.js";
import { regionList, toolbar } from "./panel.js";
import { Regions } from "./regions.js";
import { Stage } from "./stage.js";
import { Tools, draftLine } from "./tools.js";

// Told apart on photographs and by people who do not see red or green; white letters stand on each.
const COLOURS = ["#c2185b", "#0b62c4", "#9a5b00", "#00796b", "#7b1fa2", "#c62828", "#33691e", "#455a64", "#5d4037"];
const NAMES = { rectangle: "Rectangle", polygon: "Polygon", point: "Point" };
const HELP = {
  select: "Drag a region to move it, its corners to reshape it. Delete removes it.",
  rectangle: "Drag from corner to corner, or click two corners.",
  polygon: "Click point after point; click the first point or press Enter to close. Backspace takes a point back.",
  point: "Click where the point belongs.",
};
const READ_ONLY = "Wheel or two fingers zoom, dragging moves the picture.";

let active = null; // the field that was used last, for hotkeys that work without focus

/** Hand a key to the field that was used last, else the first one; true if it took it. */
export function annotationKey(event) {
  const field = active?.element.isConnected ? active : document.querySelector(".ia:not(.read-only)")?.iaField;
  return field ? field.key(event, false) : false;
}

class AnnotationField {
  constructor(props, value, write, context) {
    this.readOnly = props.disabled === true || context.readOnly || !context.writable;
    this.labels = (Array.isArray(props.labels) ? props.labels : []).filter(Boolean).map((one, index) => ({
      value: one.value,
      name: text(one.label ?? one.value),
      colour: /^#[0-9a-f]{6}$/i.test(one.color ?? "") ? one.color : COLOURS[index % COLOURS.length],
    }));
    this.shapes = shapesOf(props.shapes);
    this.label = this.labels[0]?.value;
    this.mode = this.readOnly ? "select" : this.shapes[0];
    this.keys = keysOf(context.annotationKeys, this);
    this.regions = new Regions(value, (now) => {
      write(now);
      this.redraw();
    });
    this.url = web(props.image);
    this.stage = new Stage(this.url, { ready: () => this.#ready(), broken: () => this.#broken(props.image) }, (element, width, height) =>
      place(element, props, width, height),
    );
    this.tools = new Tools({
      stage: this.stage,
      regions: this.regions,
      readOnly: this.readOnly,
      mode: () => this.mode,
      create: (region) => this.#create(region),
      redraw: () => this.redraw(),
    });
    this.#build(props);
  }

  #build(props) {
    this.bar = toolbar(this);
    this.list = regionList(this);
    this.help = make("p", { className: "ia-help" });
    this.status = make("p", { className: "ia-status", role: "status" });
    const { element } = this.stage;
    element.setAttribute("role", "application");
    element.setAttribute("aria-roledescription", "picture with regions");
    this.trouble = make("div", { className: "ia-trouble" });
    this.element = make(
      "div",
      { className: `ia ${this.readOnly ? "read-only" : ""}`, role: "group" },
      this.bar.element,
      this.trouble,
      element,
      this.help,
      this.list.element,
      this.status,
    );
    this.element.setAttribute("aria-label", text(props.label) || "Picture with regions");
    this.element.iaField = this;
    this.element.addEventListener("keydown", (event) => this.key(event, element.contains(event.target)));
    element.addEventListener("keyup", (event) => {
      if (event.key === " ") this.tools.panning = false;
    });
    ["pointerdown", "focusin"].forEach((name) => this.element.addEventListener(name, () => (active = this)));
    this.stage.onView = () => this.redraw();
    if (this.regions.unreadable)
      this.trouble.append(make("p", { className: "tb-hint" }, `${this.regions.unreadable} of the given regions could not be read.`));
    this.redraw();
  }

  #ready() {
    this.element?.classList.add("ready");
    this.redraw();
  }

  #broken(url) {
    const again = make("button", { type: "button", className: "tb-button small" }, "Load it again");
    again.addEventListener("click", () => {
      notice.remove();
      this.stage.element.hidden = false;
      this.stage.picture.src = "";
      this.stage.picture.src = this.url;
    });
    const notice = make(
      "div",
      { className: "tb-broken", role: "alert" },
      "The picture cannot be loaded: ",
      make("code", {}, text(url) || "no address"),
      ". Try again; if it stays so, skip the task.",
      this.url ? again : null,
    );
    this.stage.element.hidden = true;
    this.trouble.replaceChildren(notice);
  }

  colourOf(region) {
    return (this.labels.find(({ value }) => value === region.label) ?? { colour: this.labels.length ? "#455a64" : COLOURS[0] }).colour;
  }
  nameOf(region) {
    const known = this.labels.find(({ value }) => value === region.label);
    return known?.name ?? (region.label === undefined ? "" : text(region.label));
  }

  #create(region) {
    this.regions.add(this.labels.length ? { ...region, label: this.label } : region);
    const name = this.labels.length ? `, ${this.nameOf({ label: this.label })}` : "";
    this.say(`${NAMES[region.shape]} ${this.regions.list.length} added${name}.`);
  }

  say(words) {
    this.status.textContent = words;
  }

  setMode(mode) {
    if (this.readOnly || (mode !== "select" && !this.shapes.includes(mode))) return;
    this.tools.cancel();
    this.mode = mode;
    if (mode !== "select") this.regions.selected = null;
    this.redraw();
  }

  /** The label of the next region, and of the selected one. */
  setLabel(value) {
    this.label = value;
    const entry = this.regions.find(this.regions.selected);
    if (entry) this.regions.change(entry.id, { ...entry.region, label: value });
    this.redraw();
  }

  select(id) {
    this.regions.selected = id;
    this.redraw();
  }

  remove(id = this.regions.selected) {
    if (this.readOnly || !this.regions.find(id)) return false;
    this.regions.remove(id);
    this.say("Removed.");
    return true;
  }

  /** Without a mouse: a region in the middle of what is seen, to be moved with the arrow keys. */
  putInMiddle() {
    const { width, height } = this.stage.size;
    const at = (x, y) => this.stage.toPicture({ x: width * x, y: height * y });
    const fit = (one) => ({ left: Math.min(1, Math.max(0, one.left)), top: Math.min(1, Math.max(0, one.top)) });
    const [from, to] = [fit(at(0.4, 0.4)), fit(at(0.6, 0.6))];
    const made = {
      rectangle: () => ({ shape: "rectangle", ...from, width: to.left - from.left, height: to.top - from.top }),
      polygon: () => ({ shape: "polygon", points: [from, { left: to.left, top: from.top }, to, { left: from.left, top: to.top }] }),
      point: () => ({ shape: "point", ...fit(at(0.5, 0.5)) }),
    };
    this.#create(made[this.mode]());
  }

  nudge(x, y, growing) {
    const entry = this.regions.find(this.regions.selected);
    if (!entry || this.readOnly) return false;
    const by = { left: x / this.stage.natural.width, top: y / this.stage.natural.height };
    this.regions.change(entry.id, growing ? grown(entry.region, by) : moved(entry.region, by));
    return true;
  }

  /** `focused`: the key was pressed on the picture itself, where every key is ours. */
  key(event, focused) {
    if (event.defaultPrevented || !this.stage.natural) return false;
    const taken = this.keys(event, focused);
    if (taken) {
      event.preventDefault();
      event.stopPropagation();
    }
    return taken;
  }

  redraw() {
    if (!this.element) return;
    const { regions, tools, stage } = this;
    const entries = regions.list.map(({ id, region }, index) => {
      const shown = tools.preview?.id === id ? tools.preview.region : region;
      const name = this.nameOf(shown);
      return {
        id,
        region: shown,
        colour: this.colourOf(shown),
        tag: name || String(index + 1),
        selected: id === regions.selected,
        editable: !this.readOnly,
      };
    });
    const line = draftLine(tools.draft);
    const colour = this.colourOf({ label: this.label });
    if (stage.natural) stage.draw(entries, line && { ...line, colour }, tools.corner);
    stage.element.dataset.mode = this.mode;
    stage.element.setAttribute(
      "aria-label",
      `Picture with ${entries.length} region${entries.length === 1 ? "" : "s"}. ${this.readOnly ? READ_ONLY : HELP[this.mode]}`,
    );
    this.help.textContent = this.readOnly ? READ_ONLY : HELP[this.mode];
    this.bar.show();
    this.list.show(entries);
  }

  complaint() {
    if (this.tools.draft && !this.tools.finish()) return "A region is not finished: finish it, or press Esc to drop it.";
    const bare = this.labels.length && !this.readOnly && this.regions.list.some(({ region }) => region.label === undefined);
    return bare ? "Give every region a label." : null;
  }
}

function shapesOf(wanted) {
  const all = ["rectangle", "polygon", "point"];
  const chosen = wanted && typeof wanted === "object" ? all.filter((name) => wanted[name] === true) : all;
  return chosen.length ? chosen : all;
}

// The stage is as high as its width and the picture's (or the wanted) ratio ask, within the window.
function place(element, props, width, height) {
  const ratio = Array.isArray(props.ratio) && props.ratio[0] > 0 && props.ratio[1] > 0 ? props.ratio : [width, height];
  if (Number(props.minWidth) > 0) element.style.minWidth = `min(100%, ${Number(props.minWidth)}px)`;
  if (props.fullHeight === true) element.style.height = "max(400px, 100vh - 190px)";
  else Object.assign(element.style, { aspectRatio: `${ratio[0]} / ${ratio[1]}`, maxHeight: "max(320px, 100vh - 190px)" });
}

export function annotationField(props, value, write, context) {
  const field = new AnnotationField(props, value, write, context);
  return {
    element: field.element,
    complaint: () => field.complaint(),
    update: (now) => {
      field.tools.cancel();
      field.regions.replace(now);
      field.redraw();
    },
  };
}
