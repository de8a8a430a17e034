/** The editor's state and what follows from it. Verbs on objects are in commands.js, the ends of an attempt in finish.js. */
import { html, render } from "lit";
import { Brush } from "@/editor/brush.js";
import { Canvas } from "@/editor/canvas/canvas.js";
import { Touch } from "@/editor/canvas/touch.js";
import { Commands } from "@/editor/commands.js";
import { Deadline } from "@/editor/deadline.js";
import { Finish } from "@/editor/finish.js";
import { FrameImages } from "@/editor/frames.js";
import { allows, labelsFor, toolOf, toolsFor } from "@/editor/labels.js";
import { Picture } from "@/editor/picture.js";
import { isFinished } from "@/editor/progress.js";
import { Scene } from "@/editor/scene.js";
import { DocumentStore } from "@/editor/store.js";
import { Saver } from "@/editor/saver.js";
import { Thumbnails } from "@/editor/thumbnails.js";
import { describe } from "@/editor/words.js";
import { layout } from "@/editor/panels/layout.js";
import { settleMenu } from "@/editor/panels/menu.js";
import { Rows } from "@/editor/panels/rows.js";
import { Strip } from "@/editor/panels/strip.js";

const NOTICE_TIME = 6000;
/** Pixels of a window that has room for the thumbnails without being asked. */
const ROOM_FOR_STRIP = 640;
/** Pixels of a window that has room for the panel of objects without being asked. */
const ROOM_FOR_SIDE = { width: 700, height: 480 };

export class App {
  /**
   * @param {HTMLElement} root
   * @param {{job: object, frames: import("./types.js").Frame[], labels: import("./types.js").Label[], guide_html: string,
   *          annotations: {revision: number, frames: object}, context: object}} payload the answer of GET /api/editor/job
   * @param {{api: import("./api.js").Api, drafts: import("./drafts.js").Drafts, parent: import("./session.js").ParentPage,
   *          back: string}} parts `back`: where somebody logged in came from; empty for a Toloker
   */
  constructor(root, payload, { api, drafts, parent, back = "" }) {
    Object.assign(this, { root, api, drafts, parent, back });
    const { job, frames, labels, guide_html, annotations, context } = payload;
    Object.assign(this, { job, frames, labels, guide: guide_html ?? "", context });
    this.labelsById = new Map(labels.map((label) => [label.id, label]));
    this.tools = toolsFor(labels);
    this.store = new DocumentStore(annotations.frames);
    this.deadline = new Deadline(context.seconds_left);
    this.state = {
      index: 0, selectedId: null, hoveredId: null, tool: null, lastTool: this.tools.find((tool) => tool !== "tag") ?? null,
      labelId: labels[0]?.id ?? null, hidden: new Set(), hideAll: false, keepDrawing: false, clipboard: null, dialog: null, notices: [],
      locked: new Set(), picked: null, pasting: false, redrawing: null, paintId: null, menu: null, said: "",
      picture: false, image: "loading", imageError: "", readOnly: job.read_only || context.mode === "review", ended: null, untold: false, busy: "", sketch: 0, side: innerWidth >= ROOM_FOR_SIDE.width && innerHeight >= ROOM_FOR_SIDE.height,
      save: { kind: "saved", text: "Saved" },
    };
    this.saver = new Saver({ store: this.store, api, drafts, revision: annotations.revision,
      onState: (save) => this.set({ save }), onConflict: (conflict) => this.set({ dialog: { kind: "conflict", ...conflict } }) });
    this.images = new FrameImages((number, options) => api.image(number, options), frames.map((frame) => frame.number));
    this.picture = new Picture(root);
    this.brush = new Brush();
    this.scene = new Scene(this);
    this.rows = new Rows(this);
    this.strip = new Strip(this, new Thumbnails((number, { signal }) => api.image(number, { quality: "thumbnail", signal }), () => this.strip.draw()));
    this.store.subscribe(() => this.#documentChanged());
    this.commands = new Commands(this);
    this.finish = new Finish(this);
  }

  start() {
    this.draw();
    this.canvas = new Canvas(this.root.querySelector(".ed-canvas"), {
      // The map takes a finger that was lifted for a menu for a click.
      onSelect: (id) => { if (id || !this.state.menu) this.select(id); }, onHover: (id) => this.hover(id), onDrawn: (type, points) => this.commands.add(type, points),
      onEdited: (id, points, rotation) => this.#edited(id, points, rotation), onStroke: (points) => this.commands.painted(points),
      onPaint: (id) => this.commands.continuePainting(id), onBrushStep: (steps) => this.commands.resizeBrush(steps), onRefused: (sentence) => this.notice(sentence, "warning"),
      onPlaced: (points, keep) => this.commands.place(points, keep), onSpace: () => this.commands.point(),
      onDeletePoint: (id, index) => this.#pointDeleted(id, index),
      onRedraw: (id, vertex) => this.commands.redrawFrom(id, vertex), onRedrawn: (id, points) => this.commands.partRedrawn(id, points),
      onSketch: (sketch) => { if (sketch !== this.state.sketch) this.set({ sketch }); },
    });
    this.canvas.setSmooth(this.picture.look.smooth);
    this.canvas.useBrush(this.brush.settings);
    this.#followMenu(this.root.querySelector(".ed-canvas"));
    this.#syncCanvas();
    this.goTo(0);
    if (this.deadline.exists) this.clock = setInterval(() => this.#tick(), 500);
  }

  /** Right click, menu key and long press: the menu of what is there. */
  #followMenu(element) {
    new Touch(element, { onLongPress: (x, y) => this.commands.menuAt(x, y, "touch") });
    element.addEventListener("contextmenu", (event) => {
      if (!this.editable) return;
      event.preventDefault();
      if (event.pointerType === "touch") return; // the long press has opened it
      if (event.button === 2 || event.pointerType === "mouse") this.commands.menuAt(event.clientX, event.clientY);
      else this.commands.menuAt();
    });
  }

  get frame() { return this.frames[this.state.index]; }
  get content() { return this.store.frame(this.frame.number); }
  get editable() { return !this.state.readOnly && !this.state.ended; }
  get label() { return this.labelsById.get(this.state.labelId) ?? null; }
  get selected() { return this.object(this.state.selectedId); }

  /** What the hands are doing: the rows of the README's table "Hands". @returns {"look"|"idle"|"draw"|"sketch"|"edit"|"drag"|"paste"|"group"} */
  get mode() {
    const { tool, pasting, picked, selectedId } = this.state;
    if (!this.editable) return "look";
    if (this.canvas?.dragging) return "drag";
    if (pasting) return "paste";
    if (picked) return "group";
    if (tool) return this.canvas.drawing ? "sketch" : "draw";
    return selectedId ? "edit" : "idle";
  }

  /** A shape in words, as lists and screen readers have it. */
  describe(shape) {
    const { hidden, locked } = this.state;
    return describe(shape, this.labelsById.get(shape.label_id), { hidden: hidden.has(shape.client_id), locked: locked.has(shape.client_id) });
  }

  /** Says something to those who do not see it. */
  say(text) { this.set({ said: text }); }

  /** The mask that the next stroke changes; null: it begins a new one. */
  get paintTarget() { return this.state.tool === "mask" ? this.object(this.state.paintId) : null; }

  /** A shape or a tag of the present frame. */
  object(id) {
    const { shapes, tags } = this.content;
    return shapes.find((shape) => shape.client_id === id) ?? tags.find((tag) => tag.client_id === id) ?? null;
  }

  /** Numbers of frames with something on them, or marked as needing nothing. */
  get doneFrames() { return this.frames.map((frame) => frame.number).filter((number) => isFinished(this.store.frame(number))); }

  get stripOpen() { return this.picture.look.strip ?? (this.frames.length > 1 && innerHeight >= ROOM_FOR_STRIP); }

  /** Changes how the picture is shown, where that is more than a slider's step. */
  setLook(change) {
    this.picture.set(change);
    this.canvas.setSmooth(this.picture.look.smooth);
    this.set({});
  }

  get visibleShapes() { return this.scene.shapes; }

  /** Changes state and draws once in this frame of the screen. */
  set(change) {
    Object.assign(this.state, change);
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.scheduled = false;
    render(html`${layout(this)}`, this.root);
    this.rows.drawn(this.root);
    this.strip.draw(this.root.querySelector(".ed-strip"));
    this.#syncDialog();
    this.#syncCanvas();
    settleMenu(this.root);
  }

  #syncCanvas() {
    this.review?.sync();
    this.canvas?.show(this.scene.shown);
  }

  /** The copy that hangs at the hand while pasting. */
  syncGhost() {
    this.canvas.hold(this.scene.ghost);
    if (this.state.pasting) this.focusCanvas();
  }

  #syncDialog() {
    const element = this.root.querySelector("dialog");
    if (this.state.dialog && !element.open) {
      element.showModal();
      element.querySelector("[autofocus]")?.focus();
    } else if (!this.state.dialog && element.open) {
      element.close();
      this.focusCanvas();
    }
  }

  openGuide({ first = false } = {}) {
    if (this.guide) this.set({ dialog: { kind: "guide", first } });
  }

  focusCanvas() { this.root.querySelector(".ed-canvas")?.focus({ preventScroll: true }); }

  /** The canvas sees it at once: a second quick click starts from what the first one made. */
  #edited(id, points, rotation) {
    this.commands.reshape(id, points, rotation);
    this.#syncCanvas();
  }

  #pointDeleted(id, index) {
    this.commands.deletePoint(id, index);
    this.#syncCanvas();
  }

  #documentChanged() {
    const { picked } = this.state;
    if (this.state.selectedId && !this.selected) this.state.selectedId = null;
    if (this.paintTarget) this.state.selectedId = this.state.paintId; // redo brought it back
    if (picked) this.state.picked = new Set([...picked].filter((id) => this.object(id)));
    this.set({});
  }

  select(id) {
    if (this.state.picked) {
      if (id) this.commands.pick(id);
      return;
    }
    if (id === this.state.selectedId) return;
    const object = id ? this.object(id) : null;
    this.set({ selectedId: object ? id : null, paintId: object?.type === "mask" ? id : null });
    this.#syncCanvas();
    if (object) this.rows.reveal(id);
  }

  hover(id) {
    if (id !== this.state.hoveredId) this.set({ hoveredId: id });
  }

  /** Shows the frame at this place of the job's list and fetches its neighbours. */
  async goTo(index) {
    const target = Math.min(Math.max(index, 0), this.frames.length - 1);
    const frame = this.frames[target];
    if (!frame) return;
    if (target !== this.state.index && this.commands.refuseSketch()) return;
    this.state.index = target;
    this.set({ selectedId: null, hoveredId: null, picked: null, redrawing: null, paintId: null, menu: null, image: "loading", imageError: "" });
    this.canvas.setFrame(frame);
    if (this.state.pasting) this.syncGhost();
    if (!this.images.isReady(frame.number)) this.draw(); // else it is drawn once, with its image
    try {
      const bitmap = await this.images.show(frame.number);
      if (this.frame !== frame) return; // somebody went on meanwhile
      this.canvas.setImage(bitmap);
      this.set({ image: "ready" });
    } catch (error) {
      if (this.frame === frame) this.set({ image: "failed", imageError: error.message || "The image cannot be shown." });
    }
  }

  goToNumber(number) { return this.goTo(this.frames.findIndex((frame) => frame.number === number)); }

  /** Chooses a drawing tool (null: select and edit). The label follows when the tool does not allow the present one. */
  useTool(tool) {
    if (tool && !this.editable) return;
    const usable = tool ? labelsFor(this.labels, tool) : [];
    if (tool && !usable.length) return;
    if (tool && !allows(this.label, tool)) this.state.labelId = usable[0].id;
    if (tool === "tag") {
      this.set({});
      return;
    }
    if (this.state.pasting) this.commands.stopPasting();
    this.set({ picked: null, redrawing: null, paintId: null, menu: null });
    this.set({ tool, hoveredId: null, lastTool: tool ?? this.state.lastTool, ...(tool ? { selectedId: null } : {}) });
    this.canvas.setTool(tool, this.label?.color);
    this.focusCanvas();
  }

  /** Makes a label the one for the next object; a tool that does not allow it gives way to one that does. */
  useLabel(id) {
    const label = this.labelsById.get(id);
    if (!label) return;
    this.set({ labelId: id });
    const { tool } = this.state;
    if (tool && !allows(label, tool)) this.useTool(label.type === "tag" ? null : toolOf(label, this.state.lastTool));
    else if (tool) this.canvas.setSketchColor(label.color);
    if (this.paintTarget && allows(label, "mask")) this.commands.relabel(this.state.paintId, id);
  }

  /** A sentence at the foot of the image for a few seconds. @param {"info"|"warning"|"danger"} level */
  notice(text, level = "info") {
    const entry = { text, level, id: Math.random() };
    this.set({ notices: [...this.state.notices.filter((other) => other.text !== text), entry].slice(-3) });
    setTimeout(() => this.set({ notices: this.state.notices.filter((other) => other !== entry) }), NOTICE_TIME);
  }

  #tick() {
    const level = this.deadline.tick();
    if (level === "soon") this.notice("Less than five minutes are left. Submit in time: work that is not submitted is not paid.", "warning");
    if (level === "urgent") this.notice("Less than one minute is left. Submit now.", "danger");
    if (level === "over" && !this.state.ended) this.finish.timeIsOver();
    this.set({});
  }
}
