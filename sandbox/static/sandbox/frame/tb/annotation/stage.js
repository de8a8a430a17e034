// The picture with an SVG over it: loading, zoom, and drawing of regions. Screen coordinates are pixels from the stage's top left corner.
import { make } from "../elements.js";
import { bounds, vertices } from "./geometry.js";

const SVG = "http://www.w3.org/2000/svg";
const CLOSEST = 40; // screen pixels for a pixel of the picture
const HANDLE = 5; // half a handle's side

function shape(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.append(...children);
  return element;
}

export class Stage {
  /** on: {ready(), broken()}. `size(stageElement, width, height)` gives the element its height once the picture's size is known. */
  constructor(url, on, size) {
    this.view = { scale: 1, x: 0, y: 0 };
    this.natural = null;
    this.fitted = true;
    this.picture = make("img", { className: "ia-picture", alt: "", draggable: false });
    this.svg = shape("svg", { class: "ia-shapes", "aria-hidden": "true" });
    this.element = make("div", { className: "ia-stage", tabIndex: 0 }, this.picture, this.svg);
    this.picture.addEventListener("load", () => {
      // A drawing without a size of its own has none to divide by.
      this.natural = { width: this.picture.naturalWidth || 1000, height: this.picture.naturalHeight || 750 };
      size(this.element, this.natural.width, this.natural.height);
      this.fit();
      on.ready();
    });
    this.picture.addEventListener("error", () => on.broken());
    this.onView = () => {};
    new ResizeObserver(() => {
      if (this.natural && this.fitted) this.fit();
    }).observe(this.element);
    if (url) this.picture.src = url;
    else queueMicrotask(() => on.broken());
  }

  get size() {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }
  get least() {
    const { width, height } = this.size;
    return Math.min(width / this.natural.width, height / this.natural.height) || 1;
  }

  fit() {
    const { width, height } = this.size;
    const scale = this.least;
    this.fitted = true;
    this.#show({ scale, x: (width - this.natural.width * scale) / 2, y: (height - this.natural.height * scale) / 2 });
  }

  /** Zoom by a factor around a screen place (default: the middle). */
  zoom(factor, at = { x: this.size.width / 2, y: this.size.height / 2 }) {
    const scale = Math.min(CLOSEST, Math.max(this.least / 2, this.view.scale * factor));
    const ratio = scale / this.view.scale;
    this.fitted = false;
    this.#show({ scale, x: at.x - (at.x - this.view.x) * ratio, y: at.y - (at.y - this.view.y) * ratio });
  }

  pan(x, y) {
    this.fitted = false;
    this.#show({ ...this.view, x: this.view.x + x, y: this.view.y + y });
  }

  // Some of the picture always stays in sight.
  #show({ scale, x, y }) {
    const { width, height } = this.size;
    const keep = 40;
    this.view = {
      scale,
      x: Math.min(width - keep, Math.max(keep - this.natural.width * scale, x)),
      y: Math.min(height - keep, Math.max(keep - this.natural.height * scale, y)),
    };
    this.picture.style.width = `${this.natural.width}px`;
    this.picture.style.height = `${this.natural.height}px`;
    this.picture.style.transform = `translate(${this.view.x}px, ${this.view.y}px) scale(${scale})`;
    this.picture.classList.toggle("pixels", scale > 4);
    this.onView();
  }

  /** Screen place of a fraction of the picture, and back. */
  toScreen({ left, top }) {
    const { scale, x, y } = this.view;
    return { x: x + left * this.natural.width * scale, y: y + top * this.natural.height * scale };
  }
  toPicture({ x, y }) {
    const { view, natural } = this;
    return { left: (x - view.x) / view.scale / natural.width, top: (y - view.y) / view.scale / natural.height };
  }
  /** A screen distance as fractions. */
  distance(x, y) {
    return { left: x / this.view.scale / this.natural.width, top: y / this.view.scale / this.natural.height };
  }
  place(event) {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** entries: [{id, region, colour, tag, selected, editable}]; draft: {points, at, colour, closes} or null; corner: {id, index} or null. */
  draw(entries, draft, corner = null) {
    this.corner = corner;
    const chosen = entries.filter(({ selected }) => selected);
    this.svg.replaceChildren(
      ...entries.filter(({ selected }) => !selected).map((entry) => this.#region(entry)),
      ...chosen.map((entry) => this.#region(entry)),
      ...chosen.filter(({ editable }) => editable).flatMap((entry) => this.#handles(entry)),
      ...(draft ? this.#draft(draft) : []),
    );
  }

  #outline(region) {
    const found = vertices(region).map((vertex) => this.toScreen(vertex));
    if (region.shape !== "point") return `M${found.map(({ x, y }) => `${x} ${y}`).join("L")}Z`;
    const [{ x, y }] = found;
    return `M${x - 7} ${y}a7 7 0 1 0 14 0a7 7 0 1 0 -14 0Z`;
  }

  #region({ id, region, colour, tag, selected }) {
    const path = this.#outline(region);
    const group = shape("g", {
      class: `ia-region ${region.shape} ${selected ? "selected" : ""}`,
      "data-id": id,
      style: `--colour:${colour}`,
    });
    group.append(shape("path", { d: path, class: "casing" }), shape("path", { d: path, class: "line" }));
    if (tag) {
      const box = bounds(region);
      const { x, y } = this.toScreen(box);
      const above = y > 22 ? y - 6 - (region.shape === "point" ? 7 : 0) : this.toScreen({ left: box.left, top: box.bottom }).y + 16;
      group.append(shape("text", { x: x + 1, y: above }, document.createTextNode(tag)));
    }
    return group;
  }

  #handles({ id, region, colour }) {
    const places = vertices(region).map((vertex) => this.toScreen(vertex));
    const square = (kind, index, { x, y }, half) =>
      shape("rect", {
        class: `ia-handle ${kind} ${kind === "vertex" && this.corner?.id === id && this.corner.index === index ? "chosen" : ""}`,
        "data-id": id,
        "data-kind": kind,
        "data-index": index,
        x: x - half,
        y: y - half,
        width: 2 * half,
        height: 2 * half,
        style: `--colour:${colour}`,
      });
    if (region.shape !== "polygon")
      return region.shape === "point" ? [] : places.map((place, index) => square("vertex", index, place, HANDLE));
    const middles = places.map((place, index) => {
      const next = places[(index + 1) % places.length];
      return square("middle", index, { x: (place.x + next.x) / 2, y: (place.y + next.y) / 2 }, HANDLE - 2);
    });
    return [...middles, ...places.map((place, index) => square("vertex", index, place, HANDLE))];
  }

  #draft({ points, at, colour, closes }) {
    const places = [...points, ...(at ? [at] : [])].map((one) => this.toScreen(one));
    const path = `M${places.map(({ x, y }) => `${x} ${y}`).join("L")}`;
    const line = (kind) => shape("path", { d: path, class: `ia-draft ${kind}`, style: `--colour:${colour}` });
    const first = places[0];
    const start = shape("circle", { cx: first.x, cy: first.y, r: closes ? 8 : 5, class: "ia-draft start", style: `--colour:${colour}` });
    return [line("casing"), line("line"), start];
  }
}
