/**
 * Saves by itself. It knows which frames differ from what the server holds (by identity of the frozen frame objects), sends them with
 * the revision, keeps them as a local draft until the server has them, merges with what others saved, and always has a sentence ready.
 */
import { EMPTY, sameContent, normalised } from "@/editor/store.js";

/** Milliseconds from a change to its request; the longest a steady stream of changes may put it off; the draft's own delay. */
const DELAY = 700;
const LONGEST_DELAY = 1500;
const DRAFT_DELAY = 150;
const RETRIES = [2000, 4000, 8000, 15_000, 30_000];

/** @typedef {"saved"|"waiting"|"saving"|"failed"|"conflict"|"read_only"} SaveState */

export class Saver {
  #timer = null;
  #draftTimer = null;
  #firstChange = 0;
  #failures = 0;
  #running = null;
  #synced = new Map();
  #lost = new Map(); // what was sent without an answer: the server may hold it, or not
  #question = null;

  /**
   * @param {{store: import("./store.js").DocumentStore, api: {save: Function, annotations: Function}, drafts: {put: Function, remove: Function},
   *          revision: number, onState: (state: {kind: SaveState, text: string}) => void,
   *          onConflict: (conflict: {frames: number[], resolve: (choice: "mine"|"theirs") => void}) => void,
   *          timers?: {set: Function, clear: Function, now: () => number}}} options
   */
  constructor({ store, api, drafts, revision, onState, onConflict, timers }) {
    Object.assign(this, { store, api, drafts, revision, onState, onConflict });
    this.timers = timers ?? { set: (work, delay) => setTimeout(work, delay), clear: (timer) => clearTimeout(timer), now: () => Date.now() };
    this.state = { kind: "saved", text: "Saved" };
    this.stopped = false;
    this.#remember(store.frameNumbers());
    store.subscribe(() => this.#changed());
  }

  /** Numbers of frames the server does not hold as they are here. */
  get unsaved() {
    const numbers = new Set([...this.store.frameNumbers(), ...this.#synced.keys()]); // undo may take a frame away altogether
    return [...numbers].filter((number) => this.store.frame(number) !== (this.#synced.get(number) ?? EMPTY));
  }

  get clean() { return this.unsaved.length === 0; }

  #remember(numbers, frames = null) {
    for (const number of numbers) this.#synced.set(Number(number), frames?.get(number) ?? this.store.frame(number));
  }

  #show(kind, text) {
    this.state = { kind, text };
    this.onState(this.state);
  }

  #changed() {
    if (this.stopped) return;
    if (this.clean) return this.#takenBack();
    this.timers.clear(this.#draftTimer);
    this.#draftTimer = this.timers.set(() => this.#keepDraft(), DRAFT_DELAY);
    if (this.state.kind === "conflict") return; // the person decides first
    this.#firstChange ||= this.timers.now();
    this.#show("waiting", "Saving…");
    const passed = this.timers.now() - this.#firstChange;
    this.#schedule(Math.max(0, Math.min(DELAY, LONGEST_DELAY - passed)));
  }

  /** Undo and redo have led back to what the server holds before anything was sent. */
  #takenBack() {
    if (this.#running || this.state.kind === "conflict" || this.state.kind === "saved") return;
    this.timers.clear(this.#timer);
    this.#firstChange = 0;
    this.#rest();
  }

  #rest() {
    this.timers.clear(this.#draftTimer);
    this.drafts.remove();
    this.#show("saved", "Saved");
  }

  #schedule(delay) {
    this.timers.clear(this.#timer);
    this.#timer = this.timers.set(() => this.flush(), delay);
  }

  #keepDraft() {
    if (this.stopped) return null;
    return this.clean ? this.drafts.remove() : this.drafts.put(this.revision, this.#body(this.unsaved));
  }

  #body(numbers) { return Object.fromEntries(numbers.map((number) => [number, this.store.frame(number)])); }

  /** Sends what is unsaved now. Resolves to true when the server holds everything. Safe to call at any time. */
  async flush({ keepalive = false } = {}) {
    this.timers.clear(this.#timer);
    while (this.#running) await this.#running;
    if (this.stopped || this.state.kind === "conflict") return false;
    if (this.clean) return true;
    this.#running = this.#send(keepalive);
    try {
      await this.#running;
    } finally {
      this.#running = null;
    }
    return this.clean;
  }

  async #send(keepalive) {
    const sent = new Map(this.unsaved.map((number) => [number, this.store.frame(number)]));
    this.#firstChange = 0;
    this.#show("saving", "Saving…");
    try {
      const answer = await this.api.save(this.revision, Object.fromEntries(sent), { keepalive });
      this.#arrived(sent, answer.revision);
    } catch (error) {
      if (error.passing) this.#doubt(sent);
      await this.#refused(error);
    }
  }

  /** Without an answer nobody knows what the server holds of these frames: they are unsaved until one comes, whatever they become. */
  #doubt(sent) {
    for (const [number, frame] of sent) {
      this.#lost.set(number, frame);
      this.#synced.set(number, { ...(this.#synced.get(number) ?? EMPTY) });
    }
  }

  #arrived(sent, revision) {
    this.revision = revision;
    this.#failures = 0;
    this.#lost.clear();
    this.#remember(sent.keys(), sent);
    if (this.clean) this.#rest();
    else this.#changed();
  }

  async #refused(error) {
    if (error.code === "revision_conflict") return this.#merge();
    this.#keepDraft();
    if (error.code === "read_only") {
      this.stopped = true;
      return this.#show("read_only", `Not saved: ${error.message}`);
    }
    const kept = this.drafts.usable === false ? "Do not close this page." : "Your work is kept in this browser.";
    if (!error.passing) return this.#show("failed", `Not saved: ${error.message} ${error.status === 401 ? `${kept} Reload the page.` : kept}`);
    const delay = RETRIES[Math.min(this.#failures, RETRIES.length - 1)];
    this.#failures += 1;
    this.#show("failed", `Not saved: ${error.message} ${kept} Trying again in ${Math.round(delay / 1000)} s.`);
    this.#schedule(delay);
    return undefined;
  }

  /** Somebody saved since (often ourselves, when only the answer was lost): take their frames, keep ours, ask where both changed. */
  async #merge() {
    let remote;
    try {
      remote = await this.api.annotations();
    } catch (error) {
      await this.#refused(error.code === "revision_conflict" ? Object.assign(error, { code: "unexpected" }) : error);
      return;
    }
    const contents = new Map(Object.entries(remote.frames).map(([number, content]) => [Number(number), normalised(content)]));
    const theirs = (number) => contents.get(number) ?? normalised(null);
    const base = (number) => this.#synced.get(number) ?? normalised(null);
    const numbers = new Set([...contents.keys(), ...this.store.frameNumbers(), ...this.#synced.keys()]);
    const changed = [...numbers].filter((number) => !sameContent(theirs(number), base(number)));
    const same = changed.filter((number) => sameContent(theirs(number), this.store.frame(number)));
    const mine = new Set(this.unsaved);
    // Sent by ourselves, the answer lost, and changed here since: ours is the newer.
    const ours = changed.filter((number) => this.#lost.has(number) && sameContent(theirs(number), this.#lost.get(number)));
    const both = changed.filter((number) => mine.has(number) && !same.includes(number) && !ours.includes(number));
    const onlyTheirs = changed.filter((number) => !mine.has(number));
    this.revision = remote.revision;
    this.#lost.clear();
    this.#remember(same);
    for (const number of ours) if (!same.includes(number)) this.#synced.set(number, theirs(number));
    this.#adopt(onlyTheirs, theirs);
    if (both.length) return this.#ask(both, theirs);
    this.#settled();
  }

  #adopt(numbers, theirs) {
    this.store.adopt(Object.fromEntries(numbers.map((number) => [number, theirs(number)])));
    this.#remember(numbers);
  }

  #ask(both, theirs) {
    this.#keepDraft();
    const list = both.length === 1 ? "this frame was" : `${both.length} frames were`;
    this.#show("conflict", `Not saved: ${list} also changed somewhere else. Choose which version stays.`);
    this.#question = {
      frames: both,
      resolve: (choice) => {
        this.#question = null;
        this.state = { kind: "waiting", text: "Saving…" };
        if (choice === "theirs") this.#adopt(both, theirs);
        this.#settled();
      },
    };
    this.askAgain();
  }

  /** Puts an open question about two versions once more. */
  askAgain() {
    if (this.#question) this.onConflict(this.#question);
  }

  #settled() {
    if (this.clean) {
      this.#rest();
    } else {
      this.#show("waiting", "Saving…");
      this.#schedule(0);
    }
  }

  /** Takes over what the server holds by now. Resolves to true when nothing is left to decide or to send. */
  async refresh() {
    while (this.#running) await this.#running;
    await this.#merge();
    return this.clean;
  }

  /** Nothing is sent from now on: submitted, given up, out of time. What is unsaved stays as a draft. */
  stop() {
    if (!this.stopped && !this.clean) this.#keepDraft();
    this.stopped = true;
    this.timers.clear(this.#timer);
    this.timers.clear(this.#draftTimer);
  }
}
