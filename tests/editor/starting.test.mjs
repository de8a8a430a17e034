import assert from "node:assert/strict";
import { test } from "node:test";
import { isFinished, stateOf, unfinishedFrom } from "@/editor/progress.js";
import { DocumentStore, normalised, sameContent } from "@/editor/store.js";

const shape = (client_id, more = {}) => ({ client_id, type: "rectangle", label_id: 3, points: [1, 1, 9, 9], source: "file", attributes: [], ...more });
const start = () => new DocumentStore({ 0: { shapes: [shape("a"), shape("b"), shape("c", { source: "manual" })], tags: [{ client_id: "t", label_id: 5, source: "file" }],
  starting_point: true } });
const sources = (store) => store.frame(0).shapes.map((entry) => entry.source);

test("a starting point is not finished until it is touched or confirmed", () => {
  const store = start();
  assert.equal(stateOf(store.frame(0)), "start");
  assert.ok(!isFinished(store.frame(0)));
  assert.equal(unfinishedFrom([{ number: 7 }, { number: 0 }], (number) => store.frame(number), 0), 1);
  store.change(0, (frame) => { delete frame.starting_point; });
  assert.equal(stateOf(store.frame(0)), "done");
  assert.deepEqual(sources(store), ["file", "file", "manual"], "confirming changes no object");
  store.undo();
  assert.equal(stateOf(store.frame(0)), "start");
});

test("changing one object makes that one the person's own and the frame touched; one undo takes both back", () => {
  const store = start();
  const before = JSON.stringify(store.document);
  store.change(0, (frame) => { frame.shapes[1].points = [2, 2, 9, 9]; });
  assert.deepEqual([sources(store), store.frame(0).starting_point], [["file", "manual", "manual"], undefined]);
  const after = JSON.stringify(store.document);
  store.undo();
  assert.equal(JSON.stringify(store.document), before);
  store.redo();
  assert.equal(JSON.stringify(store.document), after);
});

test("removing, adding, tagging and copying touch the frame and leave other objects as the file's", () => {
  const work = [
    [(frame) => { frame.shapes = frame.shapes.filter((entry) => entry.client_id !== "a"); }, ["file", "manual"]],
    [(frame) => { frame.shapes.push(shape("d", { source: "manual" })); }, ["file", "file", "manual", "manual"]],
    [(frame) => { frame.shapes.push({ ...frame.shapes[0], client_id: "copy" }); }, ["file", "file", "manual", "manual"]],
    [(frame) => { frame.shapes.reverse(); }, ["manual", "file", "file"]],
    [(frame) => { frame.tags[0].attributes.push({ spec_id: 1, value: "x" }); }, ["file", "file", "manual"]],
  ];
  for (const [recipe, expected] of work) {
    const store = start();
    assert.ok(store.change(0, recipe));
    assert.deepEqual([sources(store), store.frame(0).starting_point], [expected, undefined]);
  }
  const store = start();
  store.change(0, work.at(-1)[0]);
  assert.equal(store.frame(0).tags[0].source, "manual");
});

test("a change that changes nothing touches nothing", () => {
  const store = start();
  const before = store.frame(0);
  assert.equal(store.change(0, (frame) => { frame.shapes[0].occluded = false; }), false);
  assert.equal(store.frame(0), before);
});

test("the mark is kept from the server, into drafts, and told apart", () => {
  const marked = normalised({ shapes: [shape("a")], tags: [], starting_point: true });
  const checked = normalised({ shapes: [shape("a")], tags: [] });
  assert.equal(marked.starting_point, true);
  assert.ok(!("starting_point" in checked));
  assert.ok(!sameContent(marked, checked));
});

test("a thousand objects of a file are changed as fast as others", () => {
  const many = (source) => new DocumentStore({ 0: { shapes: Array.from({ length: 5000 }, (_, i) => shape(`s${i}`, { source })), tags: [] } });
  const time = (store) => {
    const begun = performance.now();
    for (let i = 0; i < 20; i += 1) store.change(0, (frame) => { frame.shapes[i].points = [i, i, 90, 90]; });
    return performance.now() - begun;
  };
  time(many("manual"));
  assert.ok(time(many("file")) < 10 * time(many("manual")) + 200);
});
