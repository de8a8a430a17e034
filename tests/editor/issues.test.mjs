import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { KEYS } from "@/editor/keys.js";
import { inOrder, neighbour, neighbourFrame, numbersOf, QUICK, RecentTexts, sentenceOf, shownOf, stateOf, surroundings, withIssue } from "@/editor/issues.js";
import { keysOfReview, Review, REVIEW_KEYS } from "@/editor/review.js";
import { COLORS, positionOf } from "@/editor/canvas/pins.js";

const issue = (id, frame, more = {}) => ({ id, frame, position: [5, 5], shape_id: null, resolved: false, earlier: false, comments: [{ id, message: `m${id}` }], ...more });
const three = [issue(7, 2), issue(9, 0), issue(8, 2, { resolved: true })];
const ids = (list) => list.map((one) => one.id);

test("issues stand by frame, numbers follow the order in which they were made", () => {
  assert.deepEqual(ids(inOrder(three)), [9, 7, 8]);
  assert.deepEqual([...numbersOf(three)], [[7, 1], [8, 2], [9, 3]]);
  assert.deepEqual(ids(shownOf(inOrder(three), true)), [9, 7]);
  assert.equal(shownOf(three, false), three);
});

test("resolved is said before earlier", () => {
  assert.deepEqual([issue(1, 0), issue(1, 0, { earlier: true }), issue(1, 0, { earlier: true, resolved: true })].map(stateOf), ["open", "earlier", "resolved"]);
});

test("one walks through all issues and around, from the present frame on", () => {
  assert.equal(neighbour(three, null, 1, 1).id, 7);
  assert.equal(neighbour(three, null, 1, -1).id, 9);
  assert.equal(neighbour(three, null, 5, 1).id, 9);
  assert.equal(neighbour(three, 8, 2, 1).id, 9);
  assert.equal(neighbour(three, 9, 0, -1).id, 8);
  assert.equal(neighbour([], null, 0, 1), null);
});

test("frames with issues, other than this one", () => {
  const list = [issue(1, 1), issue(2, 4), issue(3, 4), issue(4, 6)];
  assert.deepEqual([neighbourFrame(list, 1, 1), neighbourFrame(list, 4, 1), neighbourFrame(list, 6, 1)], [4, 6, 1]);
  assert.deepEqual([neighbourFrame(list, 6, -1), neighbourFrame(list, 1, -1), neighbourFrame(list, 5, -1)], [4, 6, 4]);
  assert.equal(neighbourFrame([issue(1, 3)], 3, 1), null);
});

test("an answer of the server takes the place of what was there", () => {
  const changed = withIssue(three, issue(7, 2, { resolved: true }));
  assert.deepEqual(changed.map((one) => [one.id, one.resolved]), [[9, false], [7, true], [8, true]]);
  assert.deepEqual(ids(withIssue(three, issue(12, 1))), [9, 12, 7, 8]);
});

test("a place comes into view with something around it", () => {
  assert.deepEqual(surroundings([50, 20], { width: 100, height: 80 }), [38, 8, 62, 32]);
  assert.deepEqual(surroundings([50, 20, 60, 40], { width: 100, height: 80 }), [38, 8, 72, 52]);
});

test("a press is a place, a drag a rectangle in order", () => {
  assert.deepEqual(positionOf([5.123, 6], null), [5.12, 6]);
  assert.deepEqual(positionOf([50, 6], [5, 60]), [5, 6, 50, 60]);
  assert.deepEqual(positionOf([5, 6], [5, 6]), [5, 6]);
});

function storage(value = null) {
  const kept = { value };
  return { kept, open: () => ({ getItem: () => kept.value, setItem: (_key, text) => { kept.value = text; } }) };
}

test("own short texts are offered again, the last one first, quick ones only once", () => {
  const { kept, open } = storage();
  const texts = new RecentTexts(open);
  for (const text of ["a", "b", QUICK[0], "a", "c", "d", "e", "x".repeat(81), "two\nlines"]) texts.use(text);
  assert.deepEqual(texts.all, [...QUICK, "e", "d", "c", "a"]);
  assert.deepEqual(new RecentTexts(open).list, ["e", "d", "c", "a"]);
  kept.value = "[1, \"z\", null]";
  assert.deepEqual(new RecentTexts(open).list, ["z"]);
});

test("a browser that stores nothing, or something else, is told about and does no harm", (t) => {
  const warned = t.mock.method(console, "warn", () => {});
  const closed = new RecentTexts(() => { throw new Error("denied"); });
  closed.use("a");
  assert.deepEqual(closed.list, ["a"]);
  assert.deepEqual(new RecentTexts(storage("{").open).list, []);
  assert.equal(warned.mock.callCount(), 3);
});

test("field errors become sentences", () => {
  assert.equal(sentenceOf({ status: 400, body: { position: ["Outside."], message: ["Say it."] }, message: "x" }), "Outside. Say it.");
  assert.equal(sentenceOf({ status: 409, body: { detail: "Somebody else's." }, message: "Somebody else's." }), "Somebody else's.");
  assert.equal(sentenceOf({ status: 0, body: null, message: "There is no connection." }), "There is no connection.");
});

test("review's keys exist and take nothing that still means something there, but for Esc", () => {
  for (const { command } of REVIEW_KEYS) assert.equal(typeof Review.prototype[command], "function", command);
  const looking = new Set(KEYS.filter((entry) => !entry.edits).flatMap((entry) => entry.keys));
  assert.deepEqual(REVIEW_KEYS.flatMap((entry) => entry.keys).filter((key) => looking.has(key)), ["Escape"]);
  const listed = keysOfReview(KEYS).flatMap((entry) => entry.keys);
  assert.deepEqual(listed.filter((key, i) => listed.indexOf(key) !== i), []);
  assert.ok(listed.includes("F") && listed.includes("N") && !listed.includes("Delete"));
});

test("the list's colours are those of the pins", () => {
  const css = readFileSync("annotation/static/annotation/editor/review.css", "utf8");
  for (const color of Object.values(COLORS)) assert.ok(css.includes(color), color);
});

// --- the verbs, against a server that is played ------------------------------------------------------------------------------------

function desk({ fail = null, issues = [] } = {}) {
  const calls = [];
  const answer = async (path, options = {}) => {
    calls.push([options.method ?? "GET", path, options.json]);
    if (fail) throw fail;
    if (path === "issues" && !options.method) return { attempt: "a1", issues };
    return issue(20, 10, { comments: [{ id: 1, message: options.json?.message }] });
  };
  const notices = [];
  const app = { api: { json: answer, send: answer }, frame: { number: 10, width: 100, height: 80 }, state: {}, set() {}, focusCanvas() {}, root: { querySelector: () => null },
    notice: (text) => notices.push(text), labelsById: new Map([[3, { name: "car" }]]), selected: null };
  globalThis.requestAnimationFrame ??= () => {};
  return { review: new Review(app), app, calls, notices };
}

test("a new issue names the attempt that was looked at", async () => {
  const { review, calls } = desk();
  await review.load();
  review.open([5, 6]);
  await review.submit(" Wrong label ");
  assert.deepEqual(calls[1], ["POST", "issues", { frame: 10, position: [5, 6], shape_id: null, message: "Wrong label", attempt: "a1" }]);
  assert.deepEqual([review.state.card, review.state.selectedId], [null, 20]);
});

test("what was typed stays when the server refuses, or when the place is chosen anew", async () => {
  const { review } = desk({ fail: { status: 409, body: { detail: "no" }, message: "The job was given to somebody else." } });
  review.open([5, 6]);
  await review.submit("A long story");
  assert.deepEqual([review.state.card.text, review.state.card.error, review.state.busy], ["A long story", "The job was given to somebody else.", false]);
  review.open([7, 8]);
  assert.deepEqual([review.state.card.text, review.state.card.position], ["A long story", [7, 8]]);
  await review.submit("  ");
  assert.match(review.state.card.error, /Say what is wrong/);
});

test("an issue about an object carries its id and its box, cut to the image", () => {
  const { review, app, notices } = desk();
  review.aboutSelected();
  assert.match(notices[0], /Select an object first/);
  app.selected = { id: 31, label_id: 3, type: "rectangle", points: [-5, 10, 50, 200], rotation: 0 };
  review.aboutSelected();
  const { position, shapeId, label } = review.state.card;
  assert.deepEqual([position, shapeId, label], [[0, 10, 50, 80], 31, "car"]);
});

test("a failed list can be asked for again; a refused verb is told and changes nothing", async () => {
  const { review, notices } = desk({ fail: { status: 500, body: null, message: "The server has a problem." } });
  await review.load();
  assert.deepEqual([review.state.loading, review.state.error], ["failed", "The server has a problem."]);
  await review.settle(issue(20, 10));
  assert.deepEqual([notices, review.state.issues, review.state.busy], [["The server has a problem."], [], false]);
});

test("one who walks before the list is here is told so", async () => {
  const { review, notices } = desk();
  review.nextIssue();
  await review.load();
  review.nextIssue();
  assert.deepEqual(notices.map((text) => text.slice(0, 26)), ["The issues are still being", "There are no issues yet. P"]);
});

test("deleting asks once more", async () => {
  const { review, calls } = desk({ issues: [issue(20, 10)] });
  await review.load();
  await review.remove(review.state.issues[0]);
  assert.equal(calls.length, 1);
  await review.remove(review.state.issues[0]);
  assert.deepEqual([calls[1].slice(0, 2), review.state.issues], [["DELETE", "issues/20"], []]);
});

test("Esc lets go step by step", () => {
  const { review } = desk();
  assert.equal(review.cancel(), false);
  Object.assign(review.state, { selectedId: 20, editing: 1, card: { text: "" } });
  for (const [card, editing, selectedId] of [[null, 1, 20], [null, null, 20], [null, null, null]]) {
    assert.equal(review.cancel(), true);
    assert.deepEqual([review.state.card, review.state.editing, review.state.selectedId], [card, editing, selectedId]);
  }
});
