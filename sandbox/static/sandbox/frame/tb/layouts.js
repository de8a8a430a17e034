// layout.*: components beside or above each other. (props, draw) -> element, as in views.js.
import { make } from "./elements.js";

const GAP = 16; // pixels, as in frame.css
const pixels = (value, standard) => `${Number(value) > 0 ? Number(value) : standard}px`;

function columns(items, draw, least, weights = []) {
  const cells = items.map((item, index) => {
    const cell = make("div", { className: "tb-cell" }, draw(item));
    cell.style.flex = `${Number(weights[index]) > 0 ? Number(weights[index]) : 1} 1 ${least}`;
    return cell;
  });
  return make("div", { className: "tb-columns" }, cells);
}

const ALIGN = { top: "start", middle: "center", bottom: "end" };

export const LAYOUTS = {
  "layout.side-by-side": (props, draw) => {
    const items = props.items ?? [];
    return make("div", { className: "tb-stack" }, columns(items, draw, pixels(props.minItemWidth, 280)), draw(props.controls));
  },

  "layout.columns": (props, draw) => {
    const items = props.items ?? [];
    const total = Number(props.minWidth) > 0 ? Number(props.minWidth) : 280 * items.length;
    const least = `${Math.max(80, (total - GAP * (items.length - 1)) / Math.max(1, items.length))}px`;
    const element = columns(items, draw, least, props.ratio);
    element.style.alignItems = ALIGN[props.verticalAlign] ?? "stretch";
    if (props.fullHeight) element.style.minHeight = "calc(100vh - 40px)";
    return element;
  },

  "layout.sidebar": (props, draw) => {
    const main = make("div", { className: "tb-cell" }, draw(props.content));
    const side = make("div", { className: "tb-cell tb-stack" }, draw(props.controls), draw(props.extraControls));
    main.style.flex = `1 1 ${pixels(props.minWidth, 400)}`;
    side.style.flex = `0 1 ${pixels(props.controlsWidth, 240)}`;
    return make("div", { className: "tb-columns" }, main, side);
  },

  "layout.bars": (props, draw) =>
    make(
      "div",
      { className: "tb-stack" },
      props.barBefore ? make("div", { className: "tb-bar" }, draw(props.barBefore)) : null,
      draw(props.content),
      props.barAfter ? make("div", { className: "tb-bar" }, draw(props.barAfter)) : null,
    ),

  "layout.compare": (props, draw) => {
    const cells = (props.items ?? []).map((item) => {
      const cell = make("div", { className: "tb-cell tb-stack" }, draw(item.content), draw(item.controls));
      cell.style.flex = `1 1 ${Number(props.minWidth) > 0 ? Number(props.minWidth) / 2 : 280}px`;
      return cell;
    });
    const common = draw(props.commonControls);
    const controls = common && !props.wideCommonControls ? make("div", { className: "tb-narrow" }, common) : common;
    return make("div", { className: "tb-stack" }, make("div", { className: "tb-columns" }, cells), controls);
  },
};
