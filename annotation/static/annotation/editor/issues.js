/** Issues as plain data: which are shown, in which order one walks them, what the quick texts are, and their part of the HTTP interface. */

/**
 * @typedef {{id: number, owner: string, message: string, created_date: string, edited: boolean, own: boolean}} Comment
 * @typedef {{id: number, frame: number, position: number[], shape_id: number|null, resolved: boolean, earlier: boolean, owner: string,
 *            created_date: string, may_delete: boolean, comments: Comment[]}} Issue
 */

export const QUICK = ["Wrong position", "Wrong label", "Missing object"];
export const LONGEST_MESSAGE = 4096;
/** Own texts that are offered again, the last one first; longer ones are no quick texts. */
const REMEMBERED = 4;
const LONGEST_REMEMBERED = 80;
const KEY = "cvatoloka-editor-issue-texts";

/** By frame, within a frame as they were made. */
export const inOrder = (issues) => [...issues].sort((a, b) => a.frame - b.frame || a.id - b.id);

/** Numbers to speak of: as they were made in this job, so that a new one changes no other. @returns {Map<number, number>} id -> 1, 2, … */
export const numbersOf = (issues) => new Map([...issues].sort((a, b) => a.id - b.id).map((issue, i) => [issue.id, i + 1]));

/** @param {Issue[]} issues @param {boolean} hideResolved */
export const shownOf = (issues, hideResolved) => (hideResolved ? issues.filter((issue) => !issue.resolved) : issues);

export const stateOf = (issue) => (issue.resolved ? "resolved" : issue.earlier ? "earlier" : "open");

/** The issue after (step 1) or before (-1) the selected one; without one, the nearest from the present frame on. Once around; null of none. */
export function neighbour(issues, selectedId, frame, step) {
  const list = inOrder(issues);
  if (!list.length) return null;
  const at = list.findIndex((issue) => issue.id === selectedId);
  if (at >= 0) return list[(at + step + list.length) % list.length];
  if (step > 0) return list.find((issue) => issue.frame >= frame) ?? list[0];
  return list.findLast((issue) => issue.frame <= frame) ?? list.at(-1);
}

/** The number of the next (1) or previous (-1) frame with issues, other than this one; once around; null when there is none. */
export function neighbourFrame(issues, frame, step) {
  const frames = [...new Set(issues.map((issue) => issue.frame))].filter((number) => number !== frame).sort((a, b) => (a - b) * step);
  return frames.find((number) => (number - frame) * step > 0) ?? frames[0] ?? null;
}

/** The list with one issue in place of its older self, or added. */
export const withIssue = (issues, issue) => inOrder([...issues.filter((other) => other.id !== issue.id), issue]);

/** Left, top, right, bottom around a position with some of the image beside it, to be brought into view. */
export function surroundings(position, { width, height }) {
  const [x1, y1, x2 = x1, y2 = y1] = position;
  const beside = Math.max(width, height) * 0.12;
  return [x1 - beside, y1 - beside, x2 + beside, y2 + beside];
}

/** What was used last among one's own words, kept per browser. */
export class RecentTexts {
  /** @param {() => Storage} storage throws where the browser forbids it */
  constructor(storage = () => localStorage) {
    this.storage = storage;
    this.list = this.#load();
  }

  #load() {
    try {
      const stored = JSON.parse(this.storage().getItem(KEY) ?? "[]");
      return Array.isArray(stored) ? stored.filter((text) => typeof text === "string").slice(0, REMEMBERED) : [];
    } catch (error) {
      console.warn("The last used texts could not be read in this browser:", error);
      return [];
    }
  }

  use(text) {
    if (QUICK.includes(text) || text.length > LONGEST_REMEMBERED || text.includes("\n")) return;
    this.list = [text, ...this.list.filter((other) => other !== text)].slice(0, REMEMBERED);
    try {
      this.storage().setItem(KEY, JSON.stringify(this.list));
    } catch (error) {
      console.warn("The last used texts are kept for this visit only:", error);
    }
  }

  get all() { return [...QUICK, ...this.list]; }
}

/** docs/editor-protocol.md. Every call gives the issue as it is now. */
export class IssuesApi {
  /** @param {import("./api.js").Api} api */
  constructor(api) { this.api = api; }

  /** @returns {Promise<{attempt: string, issues: Issue[]}>} */
  list() { return this.api.json("issues"); }
  create(issue) { return this.api.json("issues", { method: "POST", json: issue }); }
  settle(id, resolved) { return this.api.json(`issues/${id}`, { method: "PATCH", json: { resolved } }); }
  async remove(id) { await this.api.send(`issues/${id}`, { method: "DELETE" }); }
  answer(id, message) { return this.api.json(`issues/${id}/comments`, { method: "POST", json: { message } }); }
  edit(commentId, message) { return this.api.json(`comments/${commentId}`, { method: "PATCH", json: { message } }); }
  takeBack(commentId) { return this.api.json(`comments/${commentId}`, { method: "DELETE" }); }
}

/** The sentence of a refusal; field errors (400) come as {field: [sentences]}. */
export function sentenceOf(error) {
  const { body } = error;
  if (error.status === 400 && body && !body.detail) return Object.values(body).flat().join(" ");
  return error.message;
}
