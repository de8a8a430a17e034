/**
 * The image with its shapes. The only folder that knows OpenLayers; everything passed in and out is plain data in image pixels.
 * Resting shapes are drawn once (resting.js) and scaled during gestures; the selected shape is on a small live layer (live.js).
 */
import { DragPan, OlMap, Projection, VectorLayer, VectorSource, View, defaultInteractions } from "ol";
import { handleAt, shapeAt, snapped, spreadOf } from "@/editor/geometry.js";
import { extentOf, toImage, toMap } from "@/editor/canvas/projection.js";
import { BrushInteraction } from "@/editor/canvas/brush.js";
import { DrawInteraction } from "@/editor/canvas/draw.js";
import { EDGE_REACH, EditInteraction, REACH } from "@/editor/canvas/edit.js";
import { Hand } from "@/editor/canvas/hand.js";
import { Live } from "@/editor/canvas/live.js";
import { Photo } from "@/editor/canvas/photo.js";
import { Resting } from "@/editor/canvas/resting.js";
import { restingMask } from "@/editor/canvas/bitmaps.js";

const PADDING = [28, 28, 28, 28];
const HIT = 5; // screen pixels around a line
const CLOSEST = 1 / 24; // 24 screen pixels an image pixel
const UNKNOWN_LABEL = { name: "no label", color: "#868e96" };
/** A tick of the clock or a sentence about saving draws the panels anew, not the image. */
const same = (before, now) => Object.keys(now).every((key) => before[key] === now[key]);

export class Canvas {
  #shown = { shapes: [], labels: new Map(), selectedId: null, hoveredId: null, editable: false, locked: new Set(), marked: new Set() };
  #reachable = [];
  #tool = null;
  #size = { width: 1, height: 1 };
  #space = false;
  #spaceUsed = false;
  #fitted = null;

  /** @param {HTMLElement} element @param {{onSelect: Function, onHover: Function, onDrawn: Function, onEdited: Function,
   *         onDeletePoint: (id: string, index: number) => void, onRefused: Function, onSketch: Function, onPlaced: Function, onSpace: Function, onRedraw: (id: string, vertex: number) => void,
   *         onRedrawn: (id: string, points: number[]|null) => void}} events */
  constructor(element, events) {
    this.element = element;
    this.events = events;
    this.rest = new Resting("ed-layer-rest", restingMask);
    this.live = new Live({ labelOf: (shape) => this.#labelOf(shape), map: () => this.map });
    this.sketch = new VectorSource({ useSpatialIndex: false });
    // Classes of their own: the style sheet changes their light and opacity without a new drawing.
    this.image = new Photo("ed-layer-image");
    const layers = [this.image.layer, this.rest.layer, this.live.layer,
      new VectorLayer({ source: this.sketch, updateWhileInteracting: true, updateWhileAnimating: true })];
    this.map = new OlMap({ target: element, layers, controls: [], pixelRatio: Math.min(devicePixelRatio || 1, 2),
      interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false, doubleClickZoom: false, keyboard: false,
        shiftDragZoom: false, dragPan: false }) });
    this.#addInteractions();
    this.#followKeys();
    new ResizeObserver(() => this.#resized()).observe(element);
  }

  #addInteractions() {
    const { events } = this;
    const size = () => this.#size;
    const panning = () => this.#space;
    const drags = (event) => [0, 1].includes(event.originalEvent.button) || event.originalEvent.pointerType === "touch";
    this.map.addInteraction(new DragPan({ condition: drags }));
    this.edit = new EditInteraction({
      size, panning, visible: () => this.#reachable, selected: () => this.#selectedShape(),
      editable: () => this.#shown.editable && !this.#shown.locked.has(this.#shown.selectedId),
      onSelect: events.onSelect, onHover: events.onHover, onRefused: events.onRefused, onEdited: events.onEdited,
      arm: (shape) => this.live.arm(shape), onPaint: (id) => events.onPaint?.(id), onRedraw: (shape, vertex) => events.onRedraw(shape.client_id, vertex), onDeletePoint: events.onDeletePoint,
      onPreview: (id, points, rotation) => this.live.preview(id && { id, points, rotation }),
      cursor: (name) => { this.element.style.cursor = this.#space ? "grab" : name; },
    });
    this.draw = new DrawInteraction({ source: this.sketch, size, panning, neighbours: () => this.#shown.shapes, onRefused: events.onRefused,
      onSketch: events.onSketch, onRedrawn: events.onRedrawn, onDrawn: (type, points) => (this.#tool === "mask" ? this.brush.fill(points) : events.onDrawn(type, points)) });
    this.brush = new BrushInteraction({ size, panning, onStroke: events.onStroke, onRefused: events.onRefused, onChanged: () => this.live.repaint(this.brush.shown) });
    this.draw.setActive(false);
    this.map.addInteraction(this.edit);
    this.map.addInteraction(this.draw);
    this.brush.setActive(false);
    this.map.addInteraction(this.brush);
    this.map.on("moveend", () => this.live.viewMoved());
    this.map.addLayer(this.brush.layer);
    this.element.addEventListener("wheel", (event) => this.#wheel(event), { capture: true, passive: false });
    this.hand = new Hand({ size, onPlaced: events.onPlaced });
    this.map.addInteraction(this.hand);
    this.map.addLayer(this.hand.layer);
    this.element.addEventListener("pointerleave", () => { this.hand.leave(); this.brush.hideCursor(); });
    // The middle button pans; without this the browser starts to scroll by itself.
    this.element.addEventListener("mousedown", (event) => { if (event.button === 1) event.preventDefault(); });
  }

  /** Shift and the wheel change the brush. */
  #wheel(event) {
    const turn = event.deltaY || event.deltaX; // with Shift some browsers turn it sideways
    if (!event.shiftKey || !turn || !this.brush.getActive()) return;
    event.preventDefault();
    event.stopPropagation();
    this.events.onBrushStep(turn > 0 ? -1 : 1);
  }

  /** Space held down pans with the left button, also while drawing; pressed without a drag it sets a point. */
  #followKeys() {
    const set = (down) => (event) => {
      if (event.code !== "Space" || (document.activeElement !== this.element && document.activeElement !== document.body)) return;
      event.preventDefault();
      if (down && !event.repeat) this.#spaceUsed = false;
      if (!down && this.#space && !this.#spaceUsed) this.events.onSpace();
      this.#space = down;
      this.element.classList.toggle("is-panning", down);
    };
    this.element.addEventListener("pointerdown", () => { this.#spaceUsed = true; }, { capture: true });
    addEventListener("keydown", set(true));
    addEventListener("keyup", set(false));
    addEventListener("blur", () => { this.#space = false; this.element.classList.remove("is-panning"); });
  }

  #selectedShape() { return this.#shown.shapes.find((shape) => shape.client_id === this.#shown.selectedId) ?? null; }

  /** Shows a frame of this size, without its image yet, all of it in view. @param {import("../types.js").Size} size */
  setFrame(size) {
    const same = this.#fitted !== null && this.#size.width === size.width && this.#size.height === size.height;
    this.#size = size;
    this.cancel();
    this.image.show(null, size);
    if (same) return; // frames of one size keep the zoom, as for a series from one camera
    const { width, height } = size;
    const longest = Math.max(width, height);
    const projection = new Projection({ code: "image", units: "pixels", extent: extentOf(size) });
    const beside = longest * 0.2; // the centre may leave the image by this much, so that its corners can be worked on
    this.map.setView(new View({ projection, center: toMap([width / 2, height / 2]), resolution: 1, enableRotation: false,
      minResolution: CLOSEST, maxResolution: longest / 64, constrainOnlyCenter: true, smoothExtentConstraint: false,
      extent: [-beside, -height - beside, width + beside, beside] }));
    this.fit();
  }

  /** Puts the decoded image of the present frame under the shapes. It may be smaller than the frame (a work copy). */
  setImage(bitmap) {
    this.image.show(bitmap, this.#size);
  }

  /** Whether pixels melt into each other when zoomed in. */
  setSmooth(smooth) { this.image.smooth = smooth; }

  /** Shows the whole image. In a window without a size (a frame still hidden) that waits until there is one. */
  fit() {
    this.map.updateSize();
    const [width, height] = this.map.getSize() ?? [0, 0];
    this.#fitted = [];
    if (!width || !height) return;
    this.map.getView().fit(extentOf(this.#size), { padding: PADDING, size: [width, height] });
    this.#fitted = this.#where();
  }

  #where() { return [this.map.getView().getResolution(), ...(this.map.getView().getCenter() ?? [])]; }

  /** A view that nobody has moved since it was fitted stays fitted when the window changes. */
  #resized() {
    const untouched = this.#fitted !== null && (!this.#fitted.length || this.#where().every((value, i) => value === this.#fitted[i]));
    this.map.updateSize();
    if (untouched) this.fit();
  }

  zoomBy(factor) {
    const view = this.map.getView();
    view.animate({ resolution: view.getConstrainedResolution(view.getResolution() / factor), duration: 120 });
  }

  /** Brings a shape into the middle, at a zoom where it fills about half of the view. */
  zoomTo(shape) {
    const [left, top, right, bottom] = spreadOf(shape.type, shape.points, shape.rotation);
    const room = Math.max(right - left, bottom - top, 16) / 2;
    this.map.getView().fit([left - room, -bottom - room, right + room, room - top], { duration: 150, size: this.map.getSize() });
  }

  /** @param {{shapes: import("../types.js").Shape[], labels: Map<number, import("../types.js").Label>, selectedId: string|null,
   *           hoveredId: string|null, editable: boolean, locked: Set<string>, marked: Set<string>}} shown `shapes` are the visible ones; the
   *           pointer goes through locked ones; marked ones stand out */
  show(shown) {
    const before = this.#shown;
    this.#shown = shown;
    if (!shown.paint && same(before, shown)) return;
    if (before.shapes !== shown.shapes || before.locked !== shown.locked) {
      this.#reachable = shown.locked.size ? shown.shapes.filter((shape) => !shown.locked.has(shape.client_id)) : shown.shapes;
    }
    if (shown.paint) this.brush.show(shown.paint.points, shown.paint.color);
    if (before.shapes !== shown.shapes || before.selectedId !== shown.selectedId || before.labels !== shown.labels) this.#paintRest(before.labels !== shown.labels);
    this.live.show(shown, this.brush.shown);
    this.map.renderSync(); // in one frame of the screen with the panels, not in the next
  }

  /** Chooses the drawing tool; null selects and edits. */
  setTool(type, color) {
    this.hand.rest();
    this.#tool = type;
    const brushes = type === "mask" && !this.brush.way.polygon;
    this.brush.setActive(brushes);
    if (type === "mask") this.brush.hideCursor();
    else this.brush.rest();
    this.draw.setActive(Boolean(type) && !brushes);
    this.edit.setActive(!type);
    this.draw.use(brushes ? null : type === "mask" ? "polygon" : type, color);
    this.element.classList.toggle("is-drawing", Boolean(type) && !brushes);
    this.element.style.cursor = type ? "crosshair" : "grab";
  }

  /** @param {{way: string, size: number, form: string}} settings as brush.js has them */
  useBrush(settings) {
    const other = settings.way !== this.brush.settings.way;
    this.brush.use(settings);
    if (other && this.#tool === "mask") this.setTool("mask", this.draw.color);
  }

  /** Draws a part of a shape again from one of its vertices; the tool is that of its type by now. */
  redrawFrom(shape, vertex) { this.draw.redrawFrom(shape, vertex); }

  /** Another side of the shape gives way to the part than did so far. */
  otherSide() { this.draw.otherSide(); }

  /** What is drawn is a part of a shape that is there already. */
  get redrawing() { return this.draw.part !== null; }

  /** The label may change in mid-drawing. */
  setSketchColor(color) { this.draw.color = color; }

  /** Hangs a copy at the hand, or (null) takes it away; meanwhile nothing is selected or drawn by the pointer. */
  hold(ghost) {
    this.hand.hold(ghost);
    this.edit.setActive(!ghost && !this.draw.getActive());
    if (!ghost) this.hand.rest();
    this.element.style.cursor = ghost ? "copy" : "grab";
  }

  get ghostPoints() { return this.hand.ghostPoints; }

  /** Moves the keyboard's cursor by image pixels. @returns {[number, number]} where it is */
  steer(dx, dy) {
    this.element.classList.remove("has-pointer"); // the crosshair is where the mouse was
    const place = this.hand.steer(dx, dy);
    (this.brush.getActive() ? this.brush : this.draw).pointTo(place);
    return place;
  }

  /** Sets a corner or a point at the keyboard's cursor; the first press only brings the cursor. @returns {{what: string, place: number[]}} */
  press() {
    if (!this.hand.byKeys) return { what: "cursor", place: this.steer(0, 0) };
    const by = this.brush.getActive() ? this.brush : this.draw;
    return { what: by.press(this.hand.place), place: this.hand.place };
  }

  get drawing() { return this.draw.busy || this.brush.busy; }
  get dragging() { return Boolean(this.edit.drag); }

  /** Lets go of what is held and not moved yet: a finger that rests on an object means its menu. */
  letGo() { if (this.edit.drag && !this.edit.drag.points) this.edit.cancel(); }
  finish() { return this.draw.finish(); }
  undoVertex() { return this.brush.cancel() || this.draw.undoVertex(); }

  /** Drops what is being drawn or dragged. Returns whether there was something. */
  cancel() {
    return this.edit.cancel() || this.brush.cancel() || this.draw.cancel();
  }

  /** Image pixel -> client pixel, for tests and for anything laid over the canvas. */
  page(x, y) {
    // The window may have changed since the observer told of it last.
    const { clientWidth, clientHeight } = this.map.getTargetElement();
    const [width, height] = this.map.getSize() ?? [0, 0];
    if (clientWidth !== width || clientHeight !== height) this.#resized();
    this.map.renderSync();
    const [px, py] = this.map.getPixelFromCoordinate(toMap([x, y]));
    const box = this.map.getViewport().getBoundingClientRect();
    return { x: box.left + px, y: box.top + py };
  }

  #imageAt(clientX, clientY) {
    const box = this.map.getViewport().getBoundingClientRect();
    return toImage(this.map.getCoordinateFromPixel([clientX - box.left, clientY - box.top]));
  }

  /** The visible shape under a place of the window, locked or not; null when there is none. */
  shapeAt(clientX, clientY) {
    return shapeAt(this.#shown.shapes, ...this.#imageAt(clientX, clientY), HIT * this.map.getView().getResolution());
  }

  /** Which point of the selected line, polygon or points is at a place of the window; null when none is. @param {string} pointer its pointerType */
  vertexAt(clientX, clientY, pointer) {
    const shape = this.#selectedShape();
    const reach = (REACH[pointer] ?? REACH.mouse) * this.map.getView().getResolution();
    const handle = shape && handleAt(shape, ...this.#imageAt(clientX, clientY), reach);
    return handle?.kind === "vertex" ? handle.index : null;
  }

  /** Where a new point at a place of the window would be: inside the image, on its edge when near to it. */
  placeAt(clientX, clientY) {
    return snapped(...this.#imageAt(clientX, clientY), this.#size, EDGE_REACH * this.map.getView().getResolution());
  }

  /** The middle of a shape's box, in client pixels. */
  pageOf(shape) {
    const [left, top, right, bottom] = spreadOf(shape.type, shape.points, shape.rotation);
    return this.page((left + right) / 2, (top + bottom) / 2);
  }

  get zoom() { return 1 / (this.map.getView().getResolution() ?? 1); }

  #labelOf(shape) { return this.#shown.labels.get(shape.label_id) ?? UNKNOWN_LABEL; }

  #paintRest(anew) {
    const { shapes, selectedId } = this.#shown;
    const resting = shapes.filter((shape) => shape.client_id !== selectedId);
    this.rest.show(resting.some((shape) => shape.z_order) ? resting.sort((a, b) => a.z_order - b.z_order) : resting, (shape) => this.#labelOf(shape).color, anew);
  }
}
