import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentStore, normalised, sameContent } from "@/editor/store.js";

const box = (points, more = {}) => ({ client_id: `b${points}`, type: "rectangle", label_id: 3, points, rotation: 0, occluded: false, z_order: 0, group: 0,
  source: "manual", attributes: [], ...more });
const content = (...shapes) => ({ shapes, tags: [] });

test("undo and redo walk back and forth over several frames and name the frame", () => {
  const store = new DocumentStore();
  store.change(0, (frame) => frame.shapes.push(box([1, 1, 9, 9])));
  store.change(2, (frame) => frame.shapes.push(box([2, 2, 8, 8])));
  store.change(0, (frame) => { frame.shapes[0].points = [5, 5, 9, 9]; });
  const after = JSON.stringify(store.document);
  assert.deepEqual([store.undo(), store.undo(), store.undo(), store.undo()], [0, 2, 0, null]);
  assert.deepEqual(store.frame(0).shapes, []);
  assert.deepEqual([store.redo(), store.redo(), store.redo(), store.redo()], [0, 2, 0, null]);
  assert.equal(JSON.stringify(store.document), after);
});

test("a change of several frames is one step that leads back to where it was made", () => {
  const store = new DocumentStore({ 3: { shapes: [], tags: [], nothing_here: true } });
  const told = [];
  store.subscribe(({ frames }) => told.push(frames));
  assert.ok(store.changeMany([1, 2, 3], (frame, number) => frame.shapes.push(box([number, 1, 9, 9])), 0));
  assert.deepEqual([1, 2, 3].map((number) => store.frame(number).shapes[0].points[0]), [1, 2, 3]);
  assert.equal(store.frame(3).nothing_here, undefined);
  assert.equal(store.undo(), 0);
  assert.deepEqual([store.frame(1).shapes.length, store.frame(2).shapes.length, store.frame(3).nothing_here], [0, 0, true]);
  assert.equal(store.redo(), 0);
  assert.equal(store.frame(2).shapes.length, 1);
  assert.deepEqual(told, [[1, 2, 3], [1, 2, 3], [1, 2, 3]]);
});

test("a step over several frames is forgotten when one of them came from elsewhere", () => {
  const store = new DocumentStore();
  store.changeMany([1, 2], (frame) => frame.shapes.push(box([1, 1, 9, 9])));
  store.adopt({ 2: content() });
  assert.equal(store.undo(), null);
  assert.equal(store.frame(1).shapes.length, 1);
});

test("a change of several frames that changes nothing is no step", () => {
  const store = new DocumentStore();
  assert.equal(store.changeMany([1, 2], () => {}), false);
  assert.equal(store.changeMany([], () => {}), false);
});

test("a new change forgets what could be redone", () => {
  const store = new DocumentStore();
  store.change(0, (frame) => frame.shapes.push(box([1, 1, 9, 9])));
  store.undo();
  store.change(0, (frame) => frame.shapes.push(box([2, 2, 9, 9])));
  assert.equal(store.canRedo, false);
});

test("a change that changes nothing is no step and wakes nobody", () => {
  const store = new DocumentStore();
  let woken = 0;
  store.subscribe(() => { woken += 1; });
  assert.equal(store.change(0, () => {}), false);
  assert.equal(store.change(0, (frame) => { frame.shapes = frame.shapes.filter(() => true); frame.shapes.length = 0; }), false);
  assert.equal(woken, 0);
  assert.equal(store.canUndo, false);
});

test("frames that were not touched keep their identity", () => {
  const store = new DocumentStore({ 0: content(box([1, 1, 5, 5])), 1: content(box([2, 2, 6, 6])) });
  const before = store.frame(1);
  store.change(0, (frame) => { frame.shapes[0].occluded = true; });
  assert.equal(store.frame(1), before);
});

test("nothing can write past the store", () => {
  const store = new DocumentStore({ 0: content(box([1, 1, 5, 5])) });
  assert.throws(() => { store.frame(0).shapes[0].points[0] = 99; }, TypeError);
  assert.throws(() => store.frame(7).shapes.push(1), TypeError);
});

test("adopted frames forget their own steps and keep those of others", () => {
  const store = new DocumentStore();
  store.change(0, (frame) => frame.shapes.push(box([1, 1, 9, 9])));
  store.change(1, (frame) => frame.shapes.push(box([2, 2, 9, 9])));
  store.adopt({ 0: content(box([3, 3, 9, 9])) });
  assert.equal(store.undo(), 1);
  assert.equal(store.undo(), null);
  assert.deepEqual(store.frame(0).shapes[0].points, [3, 3, 9, 9]);
});

test("objects from the server get a client id and every field", () => {
  const { shapes, tags } = normalised({ shapes: [{ id: 5, type: "points", label_id: 1, points: [1, 1] }], tags: [{ id: 6, label_id: 2 }] });
  assert.ok(shapes[0].client_id && tags[0].client_id);
  assert.deepEqual([shapes[0].id, shapes[0].source, shapes[0].attributes], [5, "manual", []]);
});

test("two contents are the same whatever their ids and the order of attributes", () => {
  const one = content(box([1, 1, 9, 9], { id: 1, attributes: [{ spec_id: 1, value: "a" }, { spec_id: 2, value: "b" }] }));
  const other = content(box([1, 1, 9.001, 9], { client_id: "else", attributes: [{ spec_id: 2, value: "b" }, { spec_id: 1, value: "a" }] }));
  assert.ok(sameContent(one, other));
  assert.ok(!sameContent(one, content(box([1, 1, 9.5, 9]))));
});

test("undo and redo give back the very same objects: nothing that was drawn of them is lost", () => {
  const store = new DocumentStore({ 0: content(box([1, 1, 5, 5]), box([2, 2, 6, 6])) });
  const [before, first, second] = [store.frame(0), ...store.frame(0).shapes];
  store.change(0, (frame) => { frame.shapes.splice(0, 1); });
  assert.equal(store.frame(0).shapes[0], second);
  store.undo();
  assert.equal(store.frame(0), before);
  assert.equal(store.frame(0).shapes[0], first);
  store.redo();
  assert.deepEqual(store.frame(0).shapes, [second]);
  assert.throws(() => { store.document.frames[9] = content(); }, TypeError, "still frozen");
});
