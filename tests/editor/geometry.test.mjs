import assert from "node:assert/strict";
import { test } from "node:test";
import { areaOf, boundsOf, clipped, dragged, handleAt, handlesOf, isOn, moved, outlineOf, problemWith, rounded, shapeAt, snapped, spreadOf,
  stretched, withAnother, withoutRepeats, withoutVertex } from "@/editor/geometry.js";

const SIZE = { width: 100, height: 80 };
const shape = (type, points, more = {}) => ({ client_id: `${type}${points}`, type, points, rotation: 0, ...more });
const handle = (type, points, index) => handlesOf(type, points)[index];

test("a place outside the image is clipped to its edge", () => {
  assert.deepEqual(clipped(-5, 200, SIZE), [0, 80]);
  assert.deepEqual(clipped(50, 40, SIZE), [50, 40]);
});

test("a box dragged in any direction has its corners in order", () => {
  assert.deepEqual(stretched("rectangle", [30, 40], [10, 20]), [10, 20, 30, 40]);
  assert.deepEqual(stretched("ellipse", [30, 40], [10, 20]), [20, 30, 30, 20]);
});

test("an ellipse is stored as centre, right and top, and its bounds come back", () => {
  assert.deepEqual(boundsOf("ellipse", [20, 30, 30, 20]), [10, 20, 30, 40]);
  assert.ok(Math.abs(areaOf("ellipse", [20, 30, 30, 20]) - 100 * Math.PI) < 1e-9);
});

test("moving stops at the image's edge and keeps the size", () => {
  assert.deepEqual(moved("rectangle", [10, 10, 30, 30], -50, 500, SIZE), [0, 60, 20, 80]);
  assert.deepEqual(moved("polygon", [10, 10, 30, 10, 20, 30], 5, 5, SIZE), [15, 15, 35, 15, 25, 35]);
  assert.deepEqual(moved("ellipse", [20, 30, 30, 20], 100, 0, SIZE), [90, 30, 100, 20]);
});

test("a shape that sticks out on both sides stays where it is", () => {
  assert.deepEqual(moved("rectangle", [-10, 10, 130, 30], 5, 0, SIZE), [-10, 10, 130, 30]);
});

test("each of the eight handles of a box changes only its own sides", () => {
  const box = [20, 20, 60, 50];
  const results = [[25, 26, 60, 50], [20, 26, 60, 50], [20, 26, 25, 50], [20, 20, 25, 50], [20, 20, 25, 26], [20, 20, 60, 26], [25, 20, 60, 26],
    [25, 20, 60, 50]];
  results.forEach((expected, index) => assert.deepEqual(dragged("rectangle", box, handle("rectangle", box, index), 25, 26, SIZE), expected, `handle ${index}`));
});

test("a box dragged across itself turns over, and squeezed flat keeps its smallest side", () => {
  assert.deepEqual(dragged("rectangle", [20, 20, 60, 50], handle("rectangle", [20, 20, 60, 50], 3), 5, 30, SIZE), [5, 20, 20, 50]);
  assert.deepEqual(dragged("rectangle", [20, 20, 60, 50], handle("rectangle", [20, 20, 60, 50], 3), 21, 30, SIZE), [20, 20, 23, 50]);
  const atEdge = dragged("rectangle", [20, 20, 100, 50], handle("rectangle", [20, 20, 100, 50], 7), 100, 30, SIZE);
  assert.deepEqual(atEdge, [97, 20, 100, 50]);
});

test("a vertex follows the pointer, a mark between two vertices adds one", () => {
  const triangle = [10, 10, 50, 10, 30, 40];
  assert.deepEqual(dragged("polygon", triangle, { kind: "vertex", index: 1 }, 60, -4, SIZE), [10, 10, 60, 0, 30, 40]);
  assert.deepEqual(dragged("polygon", triangle, { kind: "insert", index: 2 }, 15, 30, SIZE), [10, 10, 50, 10, 30, 40, 15, 30]);
});

test("a vertex is not taken from a shape that needs it", () => {
  assert.equal(withoutVertex("polygon", [10, 10, 50, 10, 30, 40], 0), null);
  assert.deepEqual(withoutVertex("polygon", [1, 1, 5, 1, 5, 5, 1, 5], 1), [1, 1, 5, 5, 1, 5]);
  assert.equal(withoutVertex("polyline", [1, 1, 5, 1], 0), null);
  assert.equal(withoutVertex("points", [1, 1], 0), null);
});

test("too few points and slips of the hand are refused with a sentence", () => {
  assert.match(problemWith("polygon", [1, 1, 9, 9]), /at least 3 points/);
  assert.match(problemWith("polyline", [1, 1]), /at least 2 points/);
  assert.match(problemWith("rectangle", [10, 10, 12, 60]), /smaller than 3/);
  assert.match(problemWith("polygon", [10, 10, 11, 10, 11, 60]), /smaller than 3/);
  assert.equal(problemWith("polyline", [10, 10, 10, 60]), null);
  assert.equal(problemWith("points", [10, 10]), null);
  assert.equal(problemWith("rectangle", [10, 10, 13, 13]), null);
});

test("the vertex repeated by a double click is dropped", () => {
  assert.deepEqual(withoutRepeats([1, 1, 5, 5, 5, 5.2, 9, 1]), [1, 1, 5, 5, 9, 1]);
});

test("of two shapes under the pointer the smaller one is hit", () => {
  const large = shape("rectangle", [0, 0, 90, 70]);
  const small = shape("polygon", [20, 20, 40, 20, 30, 40]);
  assert.equal(shapeAt([small, large], 30, 28, 1), small);
  assert.equal(shapeAt([small, large], 60, 60, 1), large);
  assert.equal(shapeAt([small, large], 95, 75, 1), null);
});

test("lines and points are hit near, not far", () => {
  const line = shape("polyline", [0, 0, 50, 50]);
  assert.ok(isOn(line, 25, 27, 3));
  assert.ok(!isOn(line, 25, 40, 3));
  assert.ok(isOn(shape("points", [10, 10]), 12, 11, 3));
  assert.ok(!isOn(shape("points", [10, 10]), 20, 11, 3));
});

test("a rotated box is drawn and hit where it is seen", () => {
  const upright = outlineOf("rectangle", [40, 10, 60, 70], 90);
  assert.deepEqual(rounded(upright[0]), [80, 30]);
  const turned = shape("rectangle", [40, 10, 60, 70], { rotation: 90 });
  assert.ok(isOn(turned, 75, 40, 1));
  assert.ok(!isOn(turned, 50, 15, 1));
  assert.deepEqual(rounded([handlesOf("rectangle", turned.points, 90)[1].x, handlesOf("rectangle", turned.points, 90)[1].y]), [80, 40], "its upper side");
});

test("a vertex wins over the mark beside it", () => {
  const polygon = shape("polygon", [10, 10, 16, 10, 13, 40]);
  assert.equal(handleAt(polygon, 11.5, 10, 4).kind, "vertex");
  assert.equal(handleAt(polygon, 13, 10, 4).kind, "insert");
  assert.equal(handleAt(polygon, 80, 70, 4), null);
});

test("two decimals are kept, and no minus zero", () => {
  assert.deepEqual(rounded([1.23456, -0.001]), [1.23, 0]);
  assert.ok(Object.is(rounded([-0.001])[0], 0));
});

test("a place near the image's edge is on it, one further in stays", () => {
  assert.deepEqual(snapped(3, 77, SIZE, 4), [0, 80]);
  assert.deepEqual(snapped(97, 40, SIZE, 4), [100, 40]);
  assert.deepEqual(snapped(-9, 300, SIZE, 0), [0, 80]);
  assert.deepEqual(snapped(5, 40, SIZE, 4), [5, 40]);
  assert.deepEqual(snapped(20, 40, SIZE, 60), [20, 40], "far out, not half of the image is an edge");
});

test("a mask is hit where its pixels are, and moved by whole pixels within the image", () => {
  const ring = [0, 6, 3, 6, 10, 10, 14, 12];
  const mask = shape("mask", ring);
  assert.ok(isOn(mask, 10.5, 10.5, 0.1));
  assert.ok(isOn(mask, 14.9, 12.9, 0.1));
  assert.ok(!isOn(mask, 12.5, 11.5, 0.1), "its hole");
  assert.ok(isOn(mask, 12.5, 11.5, 2), "near enough for a finger");
  assert.ok(!isOn(mask, 17, 11, 0.5));
  assert.equal(areaOf("mask", ring), 12);
  assert.deepEqual(moved("mask", ring, 1.4, -300, SIZE).slice(-4), [11, 0, 15, 2]);
  assert.deepEqual(moved("mask", ring, 300, 300, SIZE).slice(-4), [95, 77, 99, 79]);
  assert.deepEqual(outlineOf("mask", ring)[2], [15, 13]);
});

test("a turned shape is as wide as it is seen, and stops at the image's edge as it is seen", () => {
  assert.deepEqual(rounded(spreadOf("rectangle", [40, 10, 60, 70], 90)), [20, 30, 80, 50]);
  assert.deepEqual(rounded(spreadOf("ellipse", [50, 40, 60, 10], 90)), [20, 30, 80, 50]);
  const [left, top, right, bottom] = spreadOf("ellipse", [50, 40, 70, 30], 30);
  const ring = outlineOf("ellipse", [50, 40, 70, 30], 30);
  const close = (a, b) => assert.ok(Math.abs(a - b) < 0.1, `${a} ${b}`);
  close(left, Math.min(...ring.map(([x]) => x)));
  close(bottom, Math.max(...ring.map(([, y]) => y)));
  close(right - left, 2 * (right - 50));
  close(bottom - top, 2 * (bottom - 40));
  assert.deepEqual(rounded(moved("rectangle", [40, 10, 60, 70], -100, 0, SIZE, 90)), [20, 10, 40, 70]);
});

test("another point goes to the nearer end of a line, the nearest edge of a polygon, and beside other points", () => {
  assert.deepEqual(withAnother("polyline", [10, 10, 50, 10], 60, 12), [10, 10, 50, 10, 60, 12]);
  assert.deepEqual(withAnother("polyline", [10, 10, 50, 10], 5, 12), [5, 12, 10, 10, 50, 10]);
  assert.deepEqual(withAnother("polygon", [10, 10, 50, 10, 50, 40, 10, 40], 5, 25), [10, 10, 50, 10, 50, 40, 10, 40, 5, 25]);
  assert.deepEqual(withAnother("polygon", [10, 10, 50, 10, 50, 40, 10, 40], 30, 8), [10, 10, 30, 8, 50, 10, 50, 40, 10, 40]);
  assert.deepEqual(withAnother("points", [1, 1], 5, 5), [1, 1, 5, 5]);
  assert.equal(withAnother("rectangle", [1, 1, 9, 9], 5, 5), null);
});

test("the handle that turns a box stands off its upper side, or its lower one where there is no room", () => {
  const [above, below] = [handlesOf("rectangle", [40, 20, 60, 60], 0, 10).at(-1), handlesOf("rectangle", [40, 20, 60, 60], 0, -10).at(-1)];
  assert.deepEqual([above.kind, above.x, above.y, below.x, below.y], ["turn", 50, 10, 50, 70]);
  const turnedHandle = handlesOf("ellipse", [50, 40, 60, 20], 90, 10).at(-1);
  assert.deepEqual(rounded([turnedHandle.x, turnedHandle.y]), [80, 40]);
  assert.equal(handlesOf("rectangle", [40, 20, 60, 60]).length, 8);
});
