/** Review mode: issues pinned to places and objects, with their keys. Beside the app: nothing of it is there for somebody who annotates. */
import { inOrder, IssuesApi, neighbour, neighbourFrame, numbersOf, RecentTexts, sentenceOf, shownOf, surroundings, withIssue } from "@/editor/issues.js";
import { boundsOf } from "@/editor/geometry.js";
import { belongsToElement, keyName, takesText } from "@/editor/keys.js";
import { Pins } from "@/editor/canvas/pins.js";

/** In review these come before the other keys; drawing keys mean nothing there. */
export const REVIEW_KEYS = [
  { keys: ["N"], command: "togglePlacing", what: "Open an issue: click the place or drag a rectangle; Enter: in the middle of the view" },
  { keys: ["I"], command: "aboutSelected", what: "Open an issue about the selected object (right click does the same)" },
  { keys: ["."], command: "nextIssue", what: "Next issue" },
  { keys: [","], command: "previousIssue", what: "Previous issue" },
  { keys: ["Shift+ArrowRight"], command: "nextFrame", what: "Next frame with issues", shown: "Shift+→" },
  { keys: ["Shift+ArrowLeft"], command: "previousFrame", what: "Previous frame with issues", shown: "Shift+←" },
  { keys: ["R"], command: "settleSelected", what: "Resolve the selected issue, or reopen it" },
  { keys: ["Shift+R"], command: "toggleResolved", what: "Hide or show resolved issues" },
  { keys: ["J"], command: "nextJob", what: "The next job that waits for a review" },
  { keys: ["Enter"], command: "placeInMiddle", what: "While placing: in the middle of the view", hidden: true },
  { keys: ["Escape"], command: "cancel", what: "Let go of the issue", hidden: true },
].map((entry) => ({ group: "Review", ...entry }));
const BY_KEY = new Map(REVIEW_KEYS.flatMap((entry) => entry.keys.map((key) => [key, entry])));

/** What the help window prints in review: these, and those of the others that still mean something. */
export const keysOfReview = (others) => [...REVIEW_KEYS, ...others.filter((entry) => !entry.edits && !entry.keys.some((key) => BY_KEY.has(key)))];

export const MOUSE_OF_REVIEW = [["Wheel", "Zoom at the pointer"], ["Drag, middle button, or Space + drag", "Move the image"], ["Click a pin", "Its comments"],
  ["Right click, long press", "Open an issue about the object there, else about the place"]];

export class Review {
  #attempt;

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.app = app;
    this.api = new IssuesApi(app.api);
    this.texts = new RecentTexts();
    /** `card`: the issue being written; `editing`: the id of a comment being changed; `asked`: the issue that a second press deletes. */
    this.state = { issues: [], loading: "loading", error: "", tab: "issues", selectedId: null, hideResolved: false, placing: false, card: null,
      replies: {}, editing: null, draft: "", asked: null, busy: false };
  }

  /** After the app has started: the canvas is there. */
  start() {
    this.pins = new Pins(this.app.canvas, { size: () => this.app.frame, onPlaced: (position) => this.open(position),
      onPin: (id) => this.select(id), onAsked: (x, y) => this.openAt(x, y), onMoved: () => { if (this.state.card) this.set({}); } });
    this.load();
  }

  set(change) {
    Object.assign(this.state, change);
    this.sync(); // the pointer may be quicker than the next drawing
    this.app.set({});
  }

  get shown() {
    const { issues, hideResolved } = this.state;
    if (this.shownFrom !== issues || this.shownWith !== hideResolved) {
      [this.shownFrom, this.shownWith] = [issues, hideResolved];
      this.shownList = shownOf(issues, hideResolved);
      this.numbers = numbersOf(issues);
    }
    return this.shownList;
  }

  get selected() { return this.state.issues.find((issue) => issue.id === this.state.selectedId) ?? null; }

  number(issue) { return this.shown && this.numbers.get(issue.id); }

  /** The object an issue is pinned to, if it is still on the frame. */
  shapeOf(issue) {
    const { shapes, tags } = this.app.store.frame(issue.frame);
    return issue.shape_id === null ? null : [...shapes, ...tags].find((shape) => shape.id === issue.shape_id) ?? null;
  }

  /** Called with every drawing of the panels: the pins of the present frame. */
  sync() {
    const { card, selectedId, placing } = this.state;
    const { number } = this.app.frame;
    this.pins?.show({ issues: this.shown.filter((issue) => issue.frame === number), numbers: this.numbers, selectedId, placing,
      card: card?.frame === number ? card.position : null });
  }

  async load() {
    this.set({ loading: "loading", error: "" });
    try {
      const { attempt, issues } = await this.api.list();
      this.#attempt = attempt;
      this.set({ issues: inOrder(issues), loading: "ready" });
    } catch (error) {
      this.set({ loading: "failed", error: sentenceOf(error) });
    }
  }

  // --- opening an issue -----------------------------------------------------------------------------------------------------------

  togglePlacing() {
    this.set({ placing: !this.state.placing, card: null });
    this.app.focusCanvas();
  }

  /** @param {number[]} position `x y` or `x1 y1 x2 y2` @param {object|null} shape it is about */
  open(position, shape = null) {
    const text = this.state.card?.text ?? ""; // what was typed stays when the place is chosen anew
    this.set({ placing: false, selectedId: null, card: { frame: this.app.frame.number, position, shapeId: shape?.id ?? null, label: this.#labelOf(shape), text, error: "" } });
    requestAnimationFrame(() => this.app.root.querySelector(".ed-card textarea")?.focus({ preventScroll: true }));
  }

  #labelOf(shape) { return shape ? this.app.labelsById.get(shape.label_id)?.name ?? "object" : ""; }

  /** A right click: about the object there, else about the place. */
  openAt(x, y) {
    const shape = this.pins.shapeAt(this.app.visibleShapes, x, y);
    if (shape) this.app.select(shape.client_id);
    this.open(shape ? this.#around(shape) : [x, y], shape);
  }

  #around(shape) {
    const { width, height } = this.app.frame;
    const [left, top, right, bottom] = boundsOf(shape.type, shape.points);
    return [Math.max(0, left), Math.max(0, top), Math.min(width, right), Math.min(height, bottom)];
  }

  aboutSelected() {
    const { selected } = this.app;
    if (!selected) this.app.notice("Select an object first (click it, or Tab), then press I. For a place without an object press N.");
    else if (selected.points) this.open(this.#around(selected), selected);
    else this.open([0, 0], selected); // a tag is about the whole image
  }

  placeInMiddle() {
    if (!this.state.placing) return false;
    this.open(this.pins.middle());
    return true;
  }

  async submit(text = this.state.card.text) {
    const { card, busy } = this.state;
    const message = text.trim();
    if (busy || !card) return;
    if (!message) {
      this.set({ card: { ...card, error: "Say what is wrong, or choose one of the texts above." } });
      return;
    }
    this.set({ busy: true });
    try {
      const { frame, position, shapeId: shape_id } = card;
      const issue = await this.api.create({ frame, position, shape_id, message, attempt: this.#attempt });
      this.texts.use(message);
      this.set({ issues: withIssue(this.state.issues, issue), card: null, selectedId: issue.id, tab: "issues" });
      this.app.focusCanvas();
    } catch (error) {
      this.set({ card: { ...this.state.card, text, error: sentenceOf(error) } });
    } finally {
      this.set({ busy: false });
    }
  }

  cancel() {
    const { card, placing, editing, selectedId } = this.state;
    if (!card && !placing && !editing && !selectedId) return false;
    if (card || placing) this.set({ card: null, placing: false });
    else if (editing) this.set({ editing: null });
    else this.set({ selectedId: null, asked: null });
    this.app.focusCanvas();
    return true;
  }

  // --- the list -------------------------------------------------------------------------------------------------------------------

  select(id) {
    this.set({ selectedId: id, tab: "issues", asked: null, editing: null });
    if (!this.app.state.side) this.app.set({ side: true });
    requestAnimationFrame(() => this.app.root.querySelector(`[data-issue="${id}"]`)?.scrollIntoView({ block: "nearest" }));
  }

  /** To its frame, with the place in view; a view that shows it already stays. */
  jump(issue) {
    const { app } = this;
    if (issue.frame !== app.frame.number) app.goToNumber(issue.frame);
    this.select(issue.id);
    const shape = this.shapeOf(issue);
    app.select(shape?.points && !issue.earlier ? shape.client_id : null);
    if (!this.pins.inView(issue.position)) app.canvas.zoomTo({ type: "rectangle", points: surroundings(issue.position, app.frame), rotation: 0 });
  }

  #walk(step) {
    const { loading, error } = this.state;
    if (loading !== "ready") {
      this.app.notice(loading === "failed" ? `The issues could not be loaded. ${error}` : "The issues are still being loaded.");
      return;
    }
    const issue = neighbour(this.shown, this.state.selectedId, this.app.frame.number, step);
    if (issue) this.jump(issue);
    else this.app.notice(this.state.issues.length ? "Every issue is resolved, and resolved ones are hidden (Shift+R)." : "There are no issues yet. Press N to open one.");
  }

  nextIssue() { this.#walk(1); }
  previousIssue() { this.#walk(-1); }

  #frame(step) {
    const number = neighbourFrame(this.shown, this.app.frame.number, step);
    if (number === null) this.app.notice("No other frame has issues.");
    else this.app.goToNumber(number);
  }

  nextFrame() { this.#frame(1); }
  previousFrame() { this.#frame(-1); }

  /** Where the bar above leads on: a room above puts it there, or not. */
  nextJob() {
    const link = document.querySelector(".ed-above [data-next-review]");
    link?.click();
    return Boolean(link);
  }

  toggleResolved() { this.set({ hideResolved: !this.state.hideResolved }); }
  settleSelected() { return this.selected ? this.settle(this.selected) : false; }

  // --- what the server is asked for; a refusal is told and what was typed stays ---------------------------------------------------

  async #ask(request, change = {}) {
    if (this.state.busy) return;
    this.set({ busy: true });
    try {
      const issue = await request();
      this.set({ issues: withIssue(this.state.issues, issue), ...change });
    } catch (error) {
      this.app.notice(sentenceOf(error), "danger");
    } finally {
      this.set({ busy: false });
    }
  }

  settle(issue) { return this.#ask(() => this.api.settle(issue.id, !issue.resolved)); }

  answer(issue) {
    const message = (this.state.replies[issue.id] ?? "").trim();
    if (!message) return undefined;
    return this.#ask(() => this.api.answer(issue.id, message), { replies: { ...this.state.replies, [issue.id]: "" } });
  }

  saveEdit(comment) { return this.#ask(() => this.api.edit(comment.id, this.state.draft.trim()), { editing: null }); }
  takeBack(comment) { return this.#ask(() => this.api.takeBack(comment.id)); }

  async remove(issue) {
    if (this.state.asked !== issue.id) {
      this.set({ asked: issue.id });
      return;
    }
    this.set({ busy: true });
    try {
      await this.api.remove(issue.id);
      this.set({ issues: this.state.issues.filter((other) => other.id !== issue.id), selectedId: null, asked: null });
    } catch (error) {
      this.app.notice(sentenceOf(error), "danger");
    } finally {
      this.set({ busy: false });
    }
  }

  /** Before the editor's other keys. @returns {boolean} whether it was one of these */
  onKey(event) {
    const { app } = this;
    if (event.defaultPrevented || event.isComposing || app.state.dialog || app.state.picture || takesText(event.target)) return false;
    if (event.target.closest?.("dialog")) return true; // a question of the page around: none of our keys
    const entry = BY_KEY.get(keyName(event));
    if (!entry || belongsToElement(keyName(event), event.target, app.canvas.element)) return false;
    if (this[entry.command]() === false) return false;
    event.preventDefault();
    return true;
  }
}
