import assert from "node:assert/strict";
import { test } from "node:test";
import { anchorAt, between } from "@/editor/borders.js";

const shape = (type, points, more = {}) => ({ client_id: type, type, points, rotation: 0, ...more });
const SQUARE = shape("polygon", [10, 10, 50, 10, 50, 40, 10, 40]);
const LINE = shape("polyline", [100, 10, 120, 10, 120, 40]);

test("a corner within reach wins over an edge, and what is far is nothing", () => {
  const corner = anchorAt([SQUARE, LINE], 52, 12, 6);
  assert.deepEqual([corner.x, corner.y, corner.shape], [50, 10, SQUARE]);
  const edge = anchorAt([SQUARE], 30, 13, 6);
  assert.deepEqual([edge.x, edge.y, edge.at], [30, 10, 0.5]);
  assert.equal(anchorAt([SQUARE], 30, 25, 6), null);
  assert.equal(anchorAt([shape("ellipse", [30, 10, 50, 0]), shape("mask", [0, 4, 10, 10, 11, 11])], 10, 10, 6), null);
});

test("a turned rectangle's corners are where they are seen", () => {
  const anchor = anchorAt([shape("rectangle", [40, 10, 60, 70], { rotation: 90 })], 81, 29, 6);
  assert.deepEqual([Math.round(anchor.x), Math.round(anchor.y)], [80, 30]);
});

test("the border between two places is taken over, the shorter way round and in the order of drawing", () => {
  const [top, right, left] = [anchorAt([SQUARE], 40, 10, 2), anchorAt([SQUARE], 50, 30, 2), anchorAt([SQUARE], 10, 20, 2)];
  assert.deepEqual(between(top, right), [50, 10]);
  assert.deepEqual(between(right, top), [50, 10]);
  assert.deepEqual(between(anchorAt([SQUARE], 20, 10, 2), left), [10, 10]);
  assert.deepEqual(between(right, left), [50, 40, 10, 40]);
  assert.deepEqual(between(left, right), [10, 40, 50, 40]);
  assert.deepEqual(between(anchorAt([SQUARE], 10, 10, 2), anchorAt([SQUARE], 50, 10, 2)), []);
});

test("along an open line there is one way, and between two shapes none", () => {
  const [start, end] = [anchorAt([LINE], 105, 10, 2), anchorAt([LINE], 120, 35, 2)];
  assert.deepEqual(between(start, end), [120, 10]);
  assert.deepEqual(between(end, start), [120, 10]);
  assert.deepEqual(between(start, anchorAt([SQUARE], 40, 10, 2)), []);
  assert.deepEqual(between(null, start), []);
});
