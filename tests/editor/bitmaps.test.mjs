import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.ImageData = class { constructor(width, height) { Object.assign(this, { width, height, data: new Uint8ClampedArray(width * height * 4) }); } };
globalThis.devicePixelRatio = 1;
const { pixelOf, strideFor, tinted } = await import("@/editor/canvas/bitmaps.js");
const { boxOfRaster, decoded, fillPolygon, rasterOf } = await import("@/editor/masks.js");

const EDGE = pixelOf("#3b82f6", 0.95);
const seen = (image) => {
  const pixels = new Int32Array(image.data.buffer);
  return Array.from({ length: image.height }, (_, y) => Array.from(pixels.subarray(y * image.width, (y + 1) * image.width), (v) => (v === 0 ? "." : v === EDGE ? "#" : "o")).join(""));
};

test("a mask's border is nearly opaque, its inside see-through, in the label's colour", () => {
  const image = tinted(decoded([0, 5, 1, 14, 10, 10, 14, 13]), [10, 10, 14, 13], "#3b82f6", false);
  assert.deepEqual(seen(image), ["#####", ".#oo#", "#ooo#", "#####"]);
  assert.deepEqual([...image.data.slice(0, 4)], [0x3b, 0x82, 0xf6, 242]);
});

test("a part of a raster knows the pixels beside it; the raster's own sides are border", () => {
  const raster = rasterOf({ width: 8, height: 6 });
  fillPolygon(raster, [0, 0, 8, 0, 8, 6, 0, 6], 1);
  assert.deepEqual(seen(tinted(raster, [2, 2, 4, 3], "#3b82f6", true)), ["ooo", "ooo"]);
  assert.deepEqual(seen(tinted(raster, boxOfRaster(raster), "#3b82f6", true)), ["########", "#oooooo#", "#oooooo#", "#oooooo#", "#oooooo#", "########"]);
  raster.data[1 * 8] = 0;
  assert.deepEqual(seen(tinted(raster, [0, 0, 2, 2], "#3b82f6", true)), ["###", ".#o", "#oo"]);
});

test("of a huge mask every second pixel is shown, and holes stay holes", () => {
  assert.equal(strideFor(1920, 1080), 1);
  assert.equal(strideFor(7680, 4320), 3);
  const raster = rasterOf({ width: 12, height: 10 });
  fillPolygon(raster, [0, 0, 12, 0, 12, 10, 0, 10], 1);
  fillPolygon(raster, [4, 4, 8, 4, 8, 6, 4, 6], 0);
  assert.deepEqual(seen(tinted(raster, boxOfRaster(raster), "#3b82f6", true, 2)), ["######", "#o##o#", "##..##", "#o##o#", "######"]);
});
