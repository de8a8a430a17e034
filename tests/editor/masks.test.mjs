import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf, covers, cropped, decoded, encoded, fillPolygon, lay, pixelCount, rasterOf, seated, shifted, stroke, union } from "@/editor/masks.js";

const SIZE = { width: 12, height: 8 };
/** Rows of "#" and "." -> a raster of a frame that large. */
const drawn = (...rows) => {
  const raster = rasterOf({ width: rows[0].length, height: rows.length });
  rows.join("").split("").forEach((sign, i) => { raster.data[i] = sign === "#" ? 1 : 0; });
  return raster;
};
const seen = ({ width, height, data }) => Array.from({ length: height }, (_, y) => Array.from(data.subarray(y * width, (y + 1) * width), (v) => (v ? "#" : ".")).join(""));
const mask = (...rows) => encoded(drawn(...rows));

test("a mask is cropped and written as run lengths that begin with an empty run, then its box", () => {
  assert.deepEqual(mask("....", ".##.", ".#..", "...."), [0, 3, 1, 1, 1, 2, 2]);
  assert.deepEqual(mask("..#", ".##"), [1, 3, 1, 0, 2, 1]);
  assert.equal(encoded(drawn("...", "...")), null);
});

test("what is written reads back, also where a run goes over the end of a line", () => {
  assert.deepEqual(seen(decoded([0, 3, 1, 5, 5, 6, 6])), ["##", "#."]);
  let seed = 7;
  const random = () => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed / 2147483648; };
  for (let round = 0; round < 50; round += 1) {
    const raster = rasterOf({ width: 1 + Math.floor(random() * 9), height: 1 + Math.floor(random() * 9) });
    for (let i = 0; i < raster.data.length; i += 1) raster.data[i] = random() < 0.4 ? 1 : 0;
    const points = encoded(raster);
    const again = rasterOf(raster);
    if (points) lay(again, points);
    assert.deepEqual(seen(again), seen(raster));
    if (!points) continue;
    const [left, top, right, bottom] = boxOf(points);
    assert.equal(points.slice(0, -4).reduce((sum, run) => sum + run, 0), (right - left + 1) * (bottom - top + 1), "the server's rule");
    assert.equal(pixelCount(points), raster.data.reduce((sum, value) => sum + value, 0));
    for (let y = 0; y < raster.height; y += 1) {
      for (let x = 0; x < raster.width; x += 1) assert.equal(covers(points, x + 0.5, y + 0.5), raster.data[y * raster.width + x] === 1);
    }
  }
});

test("union of masks whose boxes differ", () => {
  const a = mask("##..", "##..", "....");
  const b = mask("....", ".##.", ".##.");
  assert.deepEqual(union(a, b), mask("##..", "###.", ".##."));
});

test("a mask is cropped to a smaller image, and lost beside it", () => {
  const points = mask("......", "...###", "...###");
  assert.deepEqual(cropped(points, { width: 4, height: 2 }), [0, 1, 3, 1, 3, 1]);
  assert.equal(cropped(points, { width: 3, height: 3 }), null);
  assert.equal(cropped(points, { width: 6, height: 3 }), points);
  assert.deepEqual(shifted([0, 3, 1, 5, 5, 6, 6], -2, 3), [0, 3, 1, 3, 8, 4, 9]);
});

test("the smallest brushes cover whole pixels", () => {
  const dot = (size, form = "circle") => {
    const raster = rasterOf({ width: 6, height: 5 });
    stroke(raster, [2.3, 2.2], [2.3, 2.2], { size, form }, 1);
    return seen(raster);
  };
  assert.deepEqual(dot(1), ["......", "......", "..#...", "......", "......"]);
  assert.deepEqual(dot(2), ["......", ".##...", ".##...", "......", "......"]);
  assert.deepEqual(dot(3), ["......", ".###..", ".###..", ".###..", "......"]);
  assert.deepEqual(dot(3, "square"), dot(3));
  assert.deepEqual(dot(5), [".###..", "#####.", "#####.", "#####.", ".###.."]);
  assert.deepEqual(dot(5, "square"), ["#####.", "#####.", "#####.", "#####.", "#####."]);
  assert.deepEqual([seated(2.9, 1), seated(2.4, 2), seated(2.6, 2)], [2.5, 2, 3]);
});

test("a stroke covers what a brush pulled along would cover, pixel by pixel", () => {
  for (const form of ["circle", "square"]) {
    for (const [from, to] of [[[4, 4], [30, 22]], [[30, 5], [6, 20]], [[5, 10], [33, 10]], [[8, 3], [8, 25]]]) {
      const raster = rasterOf({ width: 40, height: 30 });
      const brush = { size: 7, form };
      stroke(raster, from, to, brush, 1);
      const [a, b] = [from, to].map((place) => place.map((value) => seated(value, 7)));
      for (let y = 0; y < 30; y += 1) {
        for (let x = 0; x < 40; x += 1) {
          let nearest = Infinity;
          for (let t = 0; t <= 1.0001; t += 1 / 150) {
            const [dx, dy] = [x + 0.5 - a[0] - t * (b[0] - a[0]), y + 0.5 - a[1] - t * (b[1] - a[1])];
            nearest = Math.min(nearest, form === "square" ? Math.max(Math.abs(dx), Math.abs(dy)) : Math.hypot(dx, dy));
          }
          if (Math.abs(nearest - 3.5) > 0.12) assert.equal(raster.data[y * 40 + x] === 1, nearest < 3.5, `${form} ${from} ${to} at ${x} ${y}`);
        }
      }
    }
  }
});

test("a brush beside the image changes nothing, at its edge only what is inside", () => {
  const raster = rasterOf(SIZE);
  assert.equal(stroke(raster, [-20, 4], [-9, 4], { size: 6, form: "circle" }, 1), null);
  assert.equal(encoded(raster), null);
  const reached = stroke(raster, [0, 0], [0, 0], { size: 4, form: "square" }, 1);
  assert.deepEqual(reached, [0, 0, 2, 2]);
  assert.deepEqual(encoded(raster), [0, 4, 0, 0, 1, 1]);
});

test("an eraser that takes the last pixel leaves no mask", () => {
  const raster = drawn("....", ".##.", "....");
  stroke(raster, [2, 1], [2, 1], { size: 4, form: "square" }, 0);
  assert.equal(encoded(raster), null);
});

test("a polygon fills the pixels whose middle it holds, holes of a bent one stay free", () => {
  const raster = rasterOf({ width: 8, height: 5 });
  fillPolygon(raster, [1, 1, 7, 1, 7, 5, 5, 5, 5, 2, 3, 2, 3, 5, 1, 5], 1);
  assert.deepEqual(seen(raster), ["........", ".######.", ".##..##.", ".##..##.", ".##..##."]);
  fillPolygon(raster, [0, 1, 8, 1, 8, 2, 0, 2], 0);
  assert.deepEqual(seen(raster), ["........", "........", ".##..##.", ".##..##.", ".##..##."]);
  assert.equal(fillPolygon(raster, [20, 20, 30, 20, 25, 30], 1), null);
});

test("a mask of a whole photograph is decoded, changed and written in well under 50 ms each", () => {
  const raster = rasterOf({ width: 1920, height: 1080 });
  for (let x = 40; x < 1900; x += 90) stroke(raster, [x, 20], [1900 - x, 1060], { size: 60, form: "circle" }, 1);
  const points = encoded(raster);
  const quickest = (work) => Math.min(...Array.from({ length: 7 }, () => { const start = performance.now(); work(); return performance.now() - start; }));
  assert.ok(quickest(() => decoded(points)) < 50);
  assert.ok(quickest(() => encoded(raster)) < 50);
  assert.ok(quickest(() => stroke(raster, [10, 10], [1900, 1000], { size: 80, form: "circle" }, 1)) < 50);
});
