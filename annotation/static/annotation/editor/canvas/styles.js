/** How shapes look: OpenLayers styles from labels, cached by what decides them. */
import { Circle, Fill, RegularShape, Stroke, Style, Text } from "ol";
import { maskStyle } from "@/editor/canvas/bitmaps.js";
import { FROM_FILE } from "@/editor/starting.js";

const WHITE = "#ffffff";
/** Handles are larger where fingers take them. */
const FINGER = globalThis.matchMedia?.("(pointer: coarse)").matches ? 1.6 : 1;
const cache = new Map();

const remembered = (key, make) => {
  if (!cache.has(key)) cache.set(key, make());
  return cache.get(key);
};

/** "#3b82f6" with an opacity as rgba(); anything else is returned as it is. */
export function withAlpha(color, alpha) {
  return remembered(`alpha|${color}|${alpha}`, () => {
    const match = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(color);
    return match ? `rgba(${match.slice(1).map((part) => parseInt(part, 16)).join(", ")}, ${alpha})` : color;
  });
}

/** @param {{color: string, type: string, occluded: boolean, active: boolean, source?: string}} look dots: out of a file, not changed yet */
export function shapeStyle({ color, type, occluded, active, source }) {
  const start = source === FROM_FILE;
  return remembered(`${color}|${type === "points"}|${occluded}|${active}|${start}`, () => {
    const dash = start ? [2, 4] : occluded ? [7, 5] : undefined;
    const halo = new Style({ stroke: new Stroke({ color: "rgba(0, 0, 0, 0.35)", width: active ? 5 : 3.5 }) });
    const line = new Style({
      stroke: new Stroke({ color, width: active ? 3 : 2, lineDash: dash }),
      fill: new Fill({ color: withAlpha(color, active ? 0.28 : 0.14) }),
      image: new Circle({ radius: active ? 6 : 5, fill: new Fill({ color }), stroke: new Stroke({ color: WHITE, width: 1.5 }) }),
    });
    return type === "points" ? [line] : [halo, line];
  });
}

/** How a shape is filled and lined; `points` may be those of a drag in progress. */
export const bodyStyle = (shape, points, color, active) => (shape.type === "mask" ? maskStyle(points, color, active)
  : shapeStyle({ ...shape, color, active }));

/** The line from a box to the handle that turns it. */
export const armStyle = (color) => remembered(`arm|${color}`, () => new Style({ stroke: new Stroke({ color, width: 2 }) }));

const HANDLE = { turn: { radius: 6.5 }, vertex: { radius: 5 }, insert: { radius: 3.5 } };

/** The mark of something that can be dragged: squares on boxes, discs on vertices, small discs where a vertex can be added. */
export function handleStyle(kind, color) {
  return remembered(`handle|${kind}|${color}`, () => {
    const solid = kind === "insert" || kind === "turn";
    const fill = new Fill({ color: solid ? color : WHITE });
    const stroke = new Stroke({ color: solid ? WHITE : color, width: kind === "insert" ? 1 : 2 });
    const box = kind === "corner" || kind === "side";
    const image = box
      ? new RegularShape({ points: 4, radius: (kind === "corner" ? 7 : 6) * FINGER, angle: Math.PI / 4, fill, stroke })
      : new Circle({ radius: HANDLE[kind].radius * FINGER, fill, stroke });
    return new Style({ image, zIndex: kind === "insert" ? 1 : 2 });
  });
}

/** The label's name above the shape under the pointer and the selected one. */
export function nameStyle(name, color) {
  return remembered(`name|${name}|${color}`, () => new Style({
    text: new Text({
      text: name, font: "600 12px system-ui, sans-serif", textAlign: "left", textBaseline: "bottom", offsetX: 6, offsetY: -6,
      fill: new Fill({ color: WHITE }), backgroundFill: new Fill({ color: "rgba(24, 36, 51, 0.85)" }),
      backgroundStroke: new Stroke({ color, width: 1.5 }), padding: [3, 6, 2, 6],
    }),
    zIndex: 3,
  }));
}

/** The line that is being drawn. */
export function sketchStyle(color) {
  return remembered(`sketch|${color}`, () => [
    new Style({ stroke: new Stroke({ color: "rgba(0, 0, 0, 0.4)", width: 4 }) }),
    new Style({
      stroke: new Stroke({ color, width: 2, lineDash: [8, 5] }), fill: new Fill({ color: withAlpha(color, 0.16) }),
      image: new Circle({ radius: 4.5, fill: new Fill({ color: WHITE }), stroke: new Stroke({ color, width: 2 }) }),
    }),
  ]);
}
