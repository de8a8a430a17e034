import assert from "node:assert/strict";
import { test } from "node:test";
import { copyOf, landed, reached } from "@/editor/copies.js";
import { resized } from "@/editor/resizing.js";
import { describe } from "@/editor/words.js";

const SIZE = { width: 640, height: 480 };
const shape = (type, points, more = {}) => ({ id: 8, client_id: "a", type, label_id: 3, points, rotation: 0, occluded: false, z_order: 2, group: 4,
  source: "auto", attributes: [{ spec_id: 9, value: "true" }, { spec_id: 10, value: "red" }], ...more });
const box = shape("rectangle", [50, 280, 180, 360]);

test("a copy lands in its own place, beside itself, or with its middle at the pointer, always inside", () => {
  assert.deepEqual(landed(box, SIZE), [50, 280, 180, 360]);
  assert.deepEqual(landed(box, SIZE, { step: [14, 14] }), [64, 294, 194, 374]);
  assert.deepEqual(landed(box, SIZE, { middle: [300, 200] }), [235, 160, 365, 240]);
  assert.deepEqual(landed(box, SIZE, { middle: [639, 1] }), [510, 0, 640, 80]);
});

test("on a smaller frame a copy is shifted, clipped where it is larger, and refused where nothing of it would be left", () => {
  assert.deepEqual(landed(box, { width: 150, height: 100 }), [20, 20, 150, 100]);
  assert.deepEqual(landed(box, { width: 100, height: 320 }), [50, 280, 100, 320]);
  assert.equal(landed(box, { width: 40, height: 320 }), null);
  const oval = landed(shape("ellipse", [320, 240, 620, 40]), { width: 200, height: 100 });
  assert.deepEqual(oval, [100, 50, 200, 0]);
});

test("a mask is moved by whole pixels and never clipped", () => {
  const mask = shape("mask", [0, 4, 10, 10, 11, 11]);
  assert.deepEqual(landed(mask, SIZE, { step: [14, 14] }), [0, 4, 24, 24, 25, 25]);
  assert.equal(landed(mask, { width: 11, height: 11 }), null);
});

test("a copy carries label, order and every answer, but no id, no group and no other source", () => {
  const copy = copyOf(box, [1, 2, 3, 4], "b");
  assert.deepEqual(copy, { client_id: "b", type: "rectangle", label_id: 3, points: [1, 2, 3, 4], rotation: 0, occluded: false, z_order: 2, group: 0,
    source: "manual", attributes: box.attributes });
  assert.notEqual(copy.attributes[0], box.attributes[0]);
});

test("a propagation stays in the job", () => {
  assert.deepEqual(reached(1, 2, 1, 5), [2, 3]);
  assert.deepEqual(reached(1, 9, 1, 5), [2, 3, 4]);
  assert.deepEqual(reached(3, 2, -1, 5), [2, 1]);
  assert.deepEqual(reached(0, 3, -1, 5), []);
  assert.deepEqual(reached(2, Infinity, 1, 5), [3, 4]);
});

test("keys make a shape wider and higher from its top left corner, inside the image and not below the smallest side", () => {
  assert.deepEqual(resized(box, 10, 0, SIZE), [50, 280, 190, 360]);
  assert.deepEqual(resized(box, 0, -10, SIZE), [50, 280, 180, 350]);
  assert.deepEqual(resized(box, 999, 999, SIZE), [50, 280, 640, 480]);
  assert.deepEqual(resized(box, -999, -999, SIZE), [50, 280, 53, 283]);
  assert.deepEqual(resized(shape("ellipse", [100, 100, 150, 80]), 10, 0, SIZE), [105, 100, 160, 80]);
  assert.deepEqual(resized(shape("polygon", [0, 0, 100, 0, 100, 50]), 100, 0, SIZE), [0, 0, 200, 0, 200, 50]);
  assert.deepEqual(resized(shape("points", [7, 7]), 10, 10, SIZE), [7, 7]);
});

test("a turned box grows with its seen corner in place and stays inside the image", () => {
  const turned = resized({ ...box, rotation: 90 }, 10, 0, SIZE);
  assert.equal(Math.round((turned[2] - turned[0]) * 10) / 10, 140);
  assert.deepEqual(resized({ ...shape("rectangle", [0, 0, 640, 480]), rotation: 180 }, 10, 10, SIZE).map(Math.round), [0, 0, 640, 480]);
});

test("objects are named with their size, place and what is special about them", () => {
  assert.equal(describe(box, { name: "car" }, { locked: true }), "car, rectangle 130 × 80 at 50, 280, group 4, locked");
  assert.equal(describe(shape("points", [7, 7], { group: 0, occluded: true }), null), "no label, one point at 7, 7, partly hidden by something");
  assert.equal(describe(shape("polygon", [0, 0, 9, 0, 9, 5], { group: 0 }), { name: "road" }), "road, polygon of 3 points, 9 × 5 at 0, 0");
});
