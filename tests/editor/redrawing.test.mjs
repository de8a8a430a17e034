import assert from "node:assert/strict";
import { test } from "node:test";
import { replaced, vertexAt } from "@/editor/redrawing.js";

/** 100 wide, 40 high: from 0 to 1 is 100 one way round and 180 the other. */
const RING = [0, 0, 100, 0, 100, 40, 0, 40];
const LINE = [0, 0, 10, 0, 20, 0, 60, 0];

test("a polygon's shorter side gives way, and it keeps its direction and its first point", () => {
  assert.deepEqual(replaced("polygon", RING, { from: 1, to: 2, drawn: [130, 10, 130, 30] }), [0, 0, 100, 0, 130, 10, 130, 30, 100, 40, 0, 40]);
  assert.deepEqual(replaced("polygon", RING, { from: 2, to: 1, drawn: [130, 30, 130, 10] }), [0, 0, 100, 0, 130, 10, 130, 30, 100, 40, 0, 40], "drawn the other way");
  assert.deepEqual(replaced("polygon", RING, { from: 0, to: 3, drawn: [-20, 20] }), [0, 0, 100, 0, 100, 40, 0, 40, -20, 20], "over the list's end");
  assert.deepEqual(replaced("polygon", [...RING, -5, 20], { from: 3, to: 0, drawn: [-50, 20] }), [...RING, -50, 20], "what stood between is gone");
});

test("with the other side asked for, the longer one gives way", () => {
  assert.deepEqual(replaced("polygon", RING, { from: 1, to: 2, drawn: [130, 10], other: true }), [100, 0, 100, 40, 130, 10]);
  assert.deepEqual(replaced("polygon", RING, { from: 2, to: 1, drawn: [130, 10], other: true }), [100, 0, 100, 40, 130, 10]);
});

test("the first point may be the one that gives way", () => {
  assert.deepEqual(replaced("polygon", [-5, 20, ...RING], { from: 4, to: 1, drawn: [-50, 30, -50, 10] }), [...RING, -50, 30, -50, 10]);
});

test("without new points the way between two vertices becomes straight", () => {
  assert.deepEqual(replaced("polygon", [0, 0, 50, -9, 100, 0, 100, 40, 0, 40], { from: 0, to: 2, drawn: [] }), RING);
  assert.deepEqual(replaced("polygon", [0, 0, 100, 0, 50, 90], { from: 0, to: 1, drawn: [], other: true }), [0, 0, 100, 0], "the caller refuses that");
});

test("of a line, the part between gives way, from either side", () => {
  assert.deepEqual(replaced("polyline", LINE, { from: 0, to: 2, drawn: [5, 9, 15, 9] }), [0, 0, 5, 9, 15, 9, 20, 0, 60, 0]);
  assert.deepEqual(replaced("polyline", LINE, { from: 2, to: 0, drawn: [15, 9, 5, 9] }), [0, 0, 5, 9, 15, 9, 20, 0, 60, 0]);
  assert.deepEqual(replaced("polyline", LINE, { from: 2, to: 3, drawn: [40, 9], other: true }), [0, 0, 10, 0, 20, 0, 40, 9, 60, 0], "there is one part between only");
});

test("a line that ends in the open loses its shorter end, or the longer one", () => {
  assert.deepEqual(replaced("polyline", LINE, { from: 1, drawn: [5, 9, 0, 9] }), [0, 9, 5, 9, 10, 0, 20, 0, 60, 0]);
  assert.deepEqual(replaced("polyline", LINE, { from: 1, drawn: [15, 9, 20, 9], other: true }), [0, 0, 10, 0, 15, 9, 20, 9]);
  assert.deepEqual(replaced("polyline", LINE, { from: 3, drawn: [70, 9] }), [...LINE, 70, 9], "from an end it goes on");
  assert.deepEqual(replaced("polyline", LINE, { from: 0, drawn: [-9, 9] }), [-9, 9, ...LINE]);
});

test("points that repeat a neighbour are left out", () => {
  assert.deepEqual(replaced("polygon", RING, { from: 1, to: 2, drawn: [100.2, 0, 130, 10, 130, 10.1, 100, 40.3] }), [0, 0, 100, 0, 130, 10, 100, 40, 0, 40]);
});

test("a part that ends where it begins, or that leaves a polygon open, is none", () => {
  assert.equal(replaced("polygon", RING, { from: 1, to: 1, drawn: [9, 9] }), null);
  assert.equal(replaced("polygon", RING, { from: 1, drawn: [9, 9] }), null);
});

test("what goes in stays as it was", () => {
  const frozen = Object.freeze([...RING]);
  const drawn = Object.freeze([130, 10, 130, 30]);
  replaced("polygon", frozen, { from: 2, to: 1, drawn });
  assert.deepEqual([frozen, drawn], [RING, [130, 10, 130, 30]]);
});

test("the nearest vertex within reach is the one meant", () => {
  assert.equal(vertexAt(RING, 97, 3, 6), 1);
  assert.equal(vertexAt([0, 0, 4, 0], 3, 0, 6), 1);
  assert.equal(vertexAt(RING, 50, 0, 6), null);
});
