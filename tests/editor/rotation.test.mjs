import assert from "node:assert/strict";
import { test } from "node:test";
import { handlesOf, outlineOf, rounded, spreadOf } from "@/editor/geometry.js";
import { draggedTurned, rotationTowards, turnedTo, wholeTurn } from "@/editor/rotation.js";

const SIZE = { width: 200, height: 100 };
const BOX = [80, 40, 120, 60];
const corner = (points, rotation, index) => rounded(handlesOf("rectangle", points, rotation).filter((handle) => handle.kind === "corner" && handle.index === index)
  .flatMap(({ x, y }) => [x, y]));

test("degrees are 0 to below 360, in tenths", () => {
  assert.deepEqual([0, 360, -15, 725.04, 359.97, -0.01].map(wholeTurn), [0, 0, 345, 5, 0, 0]);
  assert.ok(Object.is(wholeTurn(-360), 0));
});

test("the handle under the pointer says how far a box is turned, in steps when Shift is held", () => {
  assert.equal(rotationTowards("rectangle", BOX, 100, 10), 0);
  assert.equal(rotationTowards("rectangle", BOX, 150, 50), 90);
  assert.equal(rotationTowards("rectangle", BOX, 100, 90), 180);
  assert.equal(rotationTowards("ellipse", [100, 50, 120, 40], 50, 50), 270);
  assert.equal(rotationTowards("rectangle", BOX, 100, 90, { below: true }), 0);
  assert.equal(rotationTowards("rectangle", BOX, 138, 20, { steps: 15 }), 45);
  assert.equal(rotationTowards("rectangle", BOX, 99, 10, { steps: 15 }), 0);
});

test("a turn that would stick out shifts the box inwards; one that cannot fit is refused", () => {
  assert.deepEqual(turnedTo("rectangle", BOX, 30, SIZE), { points: BOX, rotation: 30 });
  const { points, rotation } = turnedTo("rectangle", [0, 0, 80, 20], 90, SIZE);
  assert.equal(rotation, 90);
  assert.deepEqual(rounded(spreadOf("rectangle", points, 90)), [30, 0, 50, 80], "pushed down, not away from where it was");
  assert.equal(turnedTo("rectangle", [0, 40, 180, 60], 90, SIZE), null);
  assert.deepEqual(turnedTo("rectangle", [0, 40, 180, 60], 180, SIZE), { points: [0, 40, 180, 60], rotation: 180 });
});

test("dragging a corner of a turned box keeps the opposite corner where it is seen", () => {
  for (const rotation of [0, 30, 90, 200]) {
    const still = corner(BOX, rotation, 0);
    const wanted = [corner(BOX, rotation, 4)[0] + 5, corner(BOX, rotation, 4)[1] + 3];
    const points = draggedTurned("rectangle", BOX, rotation, { kind: "corner", index: 4 }, ...wanted, SIZE);
    assert.deepEqual(corner(points, rotation, 0), still, `at ${rotation}`);
    assert.deepEqual(corner(points, rotation, 4), rounded(wanted), `at ${rotation}`);
  }
});

test("dragging a side of a turned box changes only its width, and of an ellipse as well", () => {
  const points = draggedTurned("rectangle", BOX, 90, { kind: "side", index: 1 }, 130, 77, SIZE); // its upper side is seen on the right
  assert.deepEqual(rounded(spreadOf("rectangle", points, 90)), [90, 30, 130, 70]);
  const ellipse = draggedTurned("ellipse", [100, 50, 120, 40], 90, { kind: "side", index: 3 }, 0, 90, SIZE);
  assert.deepEqual(rounded(spreadOf("ellipse", ellipse, 90)), [90, 30, 110, 90]);
});

test("a turned box does not leave the image and keeps its smallest side", () => {
  const handle = { kind: "corner", index: 2 };
  for (const rotation of [20, 45, 110, 300]) {
    for (const place of [[500, -300], [-80, 50], [199, 1], [100, 300]]) {
      const points = rounded(draggedTurned("rectangle", BOX, rotation, handle, ...place, SIZE));
      const [left, top, right, bottom] = spreadOf("rectangle", points, rotation);
      assert.ok(left >= -0.1 && top >= -0.1 && right <= 200.1 && bottom <= 100.1, `${rotation} ${place}: ${[left, top, right, bottom]}`);
      assert.ok(points[2] - points[0] >= 2.98 && points[3] - points[1] >= 2.98, `${rotation} ${place}: ${points}`);
    }
  }
  assert.equal(outlineOf("rectangle", BOX, 45).length, 5);
});
