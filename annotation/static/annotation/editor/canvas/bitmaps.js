/**
 * Masks as pictures: decoded once for a list of points and a colour, then only scaled. Nothing is decoded while somebody pans or zooms.
 * The kept pictures have a budget in pixels; what was not shown for longest is dropped and made again when it is needed.
 */
import { Style } from "ol";
import { boxOfRaster, decoded } from "@/editor/masks.js";

/** Pixels of one picture: masks with a larger box are shown with every second, third … pixel. */
const MOST_PIXELS = 8_000_000;
const BUDGET = 40_000_000;
const INSIDE = 0.42;
const INSIDE_ACTIVE = 0.58;
const EDGE = 0.95;

export const strideFor = (width, height) => Math.max(1, Math.ceil(Math.sqrt((width * height) / MOST_PIXELS)));

/** "#3b82f6" as a pixel of ImageData read as one little-endian number (signed: those are quick to store). */
export function pixelOf(color, alpha) {
  const match = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(color) ?? ["", "86", "8e", "96"];
  const [r, g, b] = match.slice(1).map((part) => parseInt(part, 16));
  return (Math.round(alpha * 255) << 24) | (b << 16) | (g << 8) | r;
}

/**
 * A box of a raster in colour: its border pixels nearly opaque, the rest see-through.
 * @param {import("../masks.js").Raster} raster @param {import("../masks.js").Box} box in frame pixels, inside the raster
 * @param {number} stride every how manyth pixel @returns {ImageData}
 */
export function tinted(raster, [left, top, right, bottom], color, active, stride = 1) {
  const [width, height] = [Math.ceil((right - left + 1) / stride), Math.ceil((bottom - top + 1) / stride)];
  const image = new ImageData(width, height);
  const pixels = new Int32Array(image.data.buffer);
  const [inside, edge] = [pixelOf(color, active ? INSIDE_ACTIVE : INSIDE), pixelOf(color, EDGE)];
  for (let row = 0; row < height; row += 1) {
    tintRow(raster, left - raster.left, top - raster.top + row * stride, stride, pixels.subarray(row * width, (row + 1) * width), inside, edge);
  }
  return image;
}

/** One line: from (x, y) of the raster on, every `stride`-th pixel, into `pixels`. */
function tintRow({ data, width, height }, x, y, stride, pixels, inside, edge) {
  const start = y * width + x;
  const line = stride * width;
  const framed = y < stride || y + stride >= height; // the first and the last line are border
  const last = pixels.length;
  for (let column = 0, i = start; column < last; column += 1, i += stride) {
    if (data[i] === 0) {
      if (stride > 1) continue;
      const next = data.indexOf(1, i);
      if (next < 0 || next >= start + last) return;
      column = next - start;
      i = next;
    }
    const whole = !framed && data[i - stride] & data[i + stride] & data[i - line] & data[i + line];
    pixels[column] = whole ? inside : edge;
  }
  // Beside the raster's own sides lies nothing, not the neighbouring line.
  if (x < stride && data[start]) pixels[0] = edge;
  if (x + last * stride >= width && data[start + (last - 1) * stride]) pixels[last - 1] = edge;
}

/** A canvas with the box of a raster on it. */
export function pictured(raster, color, active) {
  const stride = strideFor(raster.width, raster.height);
  const image = tinted(raster, boxOfRaster(raster), color, active, stride);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** @type {Map<readonly number[], {canvas: HTMLCanvasElement, look: string}>} oldest first */
const kept = new Map();
let keptPixels = 0;

function drop(points) {
  const entry = kept.get(points);
  if (entry) keptPixels -= entry.canvas.width * entry.canvas.height;
  kept.delete(points);
}

/** The picture of a mask; points are compared by identity, as the store never changes a list in place. */
export function bitmapOf(points, color, active) {
  const look = `${color}|${active}`;
  const entry = kept.get(points);
  kept.delete(points); // back in at the end: used last
  if (entry?.look === look) {
    kept.set(points, entry);
    return entry.canvas;
  }
  if (entry) keptPixels -= entry.canvas.width * entry.canvas.height;
  const canvas = pictured(decoded(points), color, active);
  keptPixels += canvas.width * canvas.height;
  kept.set(points, { canvas, look });
  for (const oldest of kept.keys()) {
    if (keptPixels <= BUDGET || oldest === points) break;
    drop(oldest);
  }
  return canvas;
}

/** Paints a picture over the box that a feature's polygon (outlineOf: top left first) has on the screen. */
export function overBox(picture, ring, context) {
  if (!ring || ring.length < 3) return;
  const [[left, top], , [right, bottom]] = ring;
  const before = context.imageSmoothingEnabled;
  context.imageSmoothingEnabled = (right - left) < picture.width * 2; // near enough to count pixels: they stay sharp
  context.drawImage(picture, left, top, right - left, bottom - top);
  context.imageSmoothingEnabled = before;
}

/** @returns {Style[]} for a feature whose geometry is the mask's box */
export const maskStyle = (points, color, active) => [new Style({
  renderer: (coordinates, { context }) => overBox(bitmapOf(points, color, active), coordinates[0], context),
})];

/** Paints a resting mask on a plate, whose context takes image pixels. @param {number[][]} ring as outlineOf gives it */
export function restingMask(context, shape, color, ring) {
  const { a, e, f } = context.getTransform();
  context.setTransform(1, 0, 0, 1, 0, 0);
  overBox(bitmapOf(shape.points, color, false), ring.map(([x, y]) => [x * a + e, y * a + f]), context);
}
