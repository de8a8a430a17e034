/**
 * A canvas somewhat larger than the view, drawn for one place of the image. While the view moves it is only shifted and scaled, which costs no
 * drawing at all. A place says where: image pixels at the canvas's upper left (`left`, `top`), image pixels a screen pixel (`resolution`), the
 * canvas's size in screen pixels (`wide`, `high`), and device pixels a screen pixel (`ratio`).
 * @typedef {{left: number, top: number, resolution: number, wide: number, high: number, ratio: number}} Place
 */

/** How much larger than the view. */
const MARGIN = 1.25;

/** @returns {Place} the one around what the view of an OpenLayers frame shows */
export function placeFor({ size: [width, height], pixelRatio, viewState: { center: [x, y], resolution } }) {
  const [wide, high] = [Math.ceil(width * MARGIN), Math.ceil(height * MARGIN)];
  return { left: x - (wide * resolution) / 2, top: -y - (high * resolution) / 2, resolution, wide, high, ratio: pixelRatio };
}

export const samePlace = (one, other) => Boolean(one && other) && one.left === other.left && one.top === other.top
  && one.resolution === other.resolution && one.wide === other.wide && one.high === other.high && one.ratio === other.ratio;

/** Whether the hand or an animation moves the view right now. */
export const isMoving = ({ viewHints: [animating, interacting] }) => animating > 0 || interacting > 0;

export class Plate {
  /** @type {Place|null} where it was drawn */
  place = null;
  #transform = "";

  constructor() {
    this.canvas = document.createElement("canvas");
    this.canvas.style.cssText = "position: absolute; left: 0; top: 0; transform-origin: 0 0; max-width: none;";
    this.context = this.canvas.getContext("2d");
  }

  /** Empties it for another place. @param {Place} place */
  begin(place) {
    const { canvas } = this;
    const [width, height] = [Math.round(place.wide * place.ratio), Math.round(place.high * place.ratio)];
    if (canvas.width !== width || canvas.height !== height) {
      [canvas.width, canvas.height] = [width, height];
      canvas.style.width = `${place.wide}px`;
      canvas.style.height = `${place.high}px`;
    } else {
      this.context.setTransform(1, 0, 0, 1, 0, 0);
      this.context.clearRect(0, 0, width, height);
    }
    this.place = place;
  }

  /** From here on the context takes image pixels. */
  inImagePixels() {
    const { left, top, resolution, ratio } = this.place;
    const scale = ratio / resolution;
    this.context.setTransform(scale, 0, 0, scale, -left * scale, -top * scale);
  }

  /** Puts it where the view shows that part of the image. */
  follow({ size: [width, height], viewState: { center: [x, y], resolution } }) {
    const [left, top] = [x - (width * resolution) / 2, -y - (height * resolution) / 2];
    const transform = `translate(${(this.place.left - left) / resolution}px, ${(this.place.top - top) / resolution}px) scale(${this.place.resolution / resolution})`;
    if (transform !== this.#transform) this.canvas.style.transform = transform;
    this.#transform = transform;
  }

  /** Whether it holds everything of the image that the view shows, at least half as fine and at most twice as fine. */
  covers({ size: [width, height], viewState: { center: [x, y], resolution } }, image) {
    const { place } = this;
    if (!place) return false;
    const scale = place.resolution / resolution;
    if (scale > 2 || scale < 0.5) return false;
    const [halfWidth, halfHeight] = [(width * resolution) / 2, (height * resolution) / 2];
    return place.left <= Math.max(0, x - halfWidth) && place.top <= Math.max(0, -y - halfHeight)
      && place.left + place.wide * place.resolution >= Math.min(image.width, x + halfWidth)
      && place.top + place.high * place.resolution >= Math.min(image.height, -y + halfHeight);
  }
}

/** The element of a layer: holds its plate, and the class that the style sheet changes light and opacity by. */
export function holder(className) {
  const element = document.createElement("div");
  element.className = className;
  element.style.cssText = "position: absolute; inset: 0; overflow: hidden; pointer-events: none;";
  return element;
}
