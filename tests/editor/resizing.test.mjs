import assert from "node:assert/strict";
import { test } from "node:test";
import { handlesOf, rounded, spreadOf } from "@/editor/geometry.js";
import { resized } from "@/editor/resizing.js";
import { turnedTo } from "@/editor/rotation.js";

const SIZE = { width: 640, height: 480 };
const box = (points, rotation, type = "rectangle") => ({ type, points, rotation });
const topLeft = ({ type, points, rotation }) => { const { x, y } = handlesOf(type, points, rotation)[0]; return rounded([x, y]); };
const sides = ([left, top, right, bottom]) => rounded([right - left, bottom - top]);
const inside = ({ type, points, rotation }) => {
  const [left, top, right, bottom] = spreadOf(type, points, rotation);
  return left >= -0.03 && top >= -0.03 && right <= SIZE.width + 0.03 && bottom <= SIZE.height + 0.03;
};

test("a turned box becomes wider or higher, never both, and stops at the image's edge", () => {
  for (const rotation of [20, 45, 135, 200, 315]) {
    const { points } = turnedTo("rectangle", [600, 380, 640, 400], rotation, SIZE); // pushed against the edge
    for (const [dx, dy] of [[10, 0], [0, 10], [999, 0], [0, 999]]) {
      const after = rounded(resized(box(points, rotation), dx, dy, SIZE));
      assert.ok(inside(box(after, rotation)), `${rotation} ${dx} ${dy}: ${after}`);
      assert.ok(Math.abs(sides(after)[dx ? 1 : 0] - (dx ? 20 : 40)) < 0.03, `${rotation} ${dx} ${dy}: ${sides(after)}`);
      assert.ok(topLeft(box(after, rotation)).every((value, i) => Math.abs(value - topLeft(box(points, rotation))[i]) < 0.03), "its corner stays");
    }
  }
});

test("a turned ellipse whose box sticks out of the image does not jump", () => {
  const { points } = turnedTo("ellipse", [40, 30, 80, 10], 45, SIZE);
  const before = box(points, 45, "ellipse");
  assert.ok(inside(before));
  const [cx, cy, right, top] = resized(before, -1, 0, SIZE);
  assert.ok(Math.abs((right - cx) * 2 - 79) <= 1 && Math.abs((cy - top) * 2 - 40) < 0.03, `${[cx, cy, right, top]}`);
  for (const [dx, dy] of [[10, 0], [0, 10], [-10, 0], [0, -10]]) {
    assert.ok(inside(box(rounded(resized(before, dx, dy, SIZE)), 45, "ellipse")), `${dx} ${dy}`);
  }
});

test("a turned box does not turn over when it is made narrower than it is", () => {
  const before = box([100, 100, 105, 160], 90);
  const after = box(resized(before, -10, 0, SIZE), 90);
  assert.deepEqual(sides(after.points), [3, 60]);
  assert.deepEqual(topLeft(after), topLeft(before));
});

test("a turned box that came from elsewhere and sticks out can only be made smaller", () => {
  const out = box([600, 100, 700, 140], 30);
  assert.deepEqual(resized(out, 10, 0, SIZE), out.points);
  assert.deepEqual(sides(resized(out, -10, 0, SIZE)), [90, 40]);
});
