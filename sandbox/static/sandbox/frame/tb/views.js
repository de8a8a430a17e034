// view.*: one small function a component, (props, draw, task) -> element. `props` are resolved values; `draw(spec)` draws a component inside;
// `task` can run actions. `props.around` is the component's own specification, for what must not be resolved early.
import { keyBadge, make, text, web } from "./elements.js";
import { LAYOUTS } from "./layouts.js";
import { markdown } from "./markdown.js";
import * as media from "./media.js";

const children = (items, draw) => (Array.isArray(items) ? items : []).map((item) => draw(item));

function link(props, task, className = "") {
  const url = web(props.url);
  const anchor = make("a", { href: url, target: "_blank", rel: "noopener noreferrer", className }, text(props.content ?? props.url));
  if (!url) anchor.removeAttribute("href");
  anchor.addEventListener("click", () => task.opened(props.url));
  anchor.addEventListener("auxclick", () => task.opened(props.url));
  return anchor;
}

const LINK_LOOKS = { primary: "tb-button primary", secondary: "tb-button", danger: "tb-button danger" };

function actionButton(props, _, task) {
  const key = task.keyOf((action) => JSON.stringify(action) === JSON.stringify(props.action));
  const button = make("button", { type: "button", className: "tb-button" }, text(props.label ?? "Go"), keyBadge(key));
  button.addEventListener("click", () => task.act(props.action));
  return button;
}

function table(props, draw) {
  const cells = (row, tag) =>
    make(
      "tr",
      {},
      (row ?? []).map((cell) => make(tag, {}, draw(cell))),
    );
  return make(
    "table",
    { className: "tb-table" },
    props.head ? cells(props.head, "th") : null,
    (props.rows ?? []).map((row) => cells(row, "td")),
  );
}

export const VIEWS = {
  "view.text": (props) => make("p", { className: "tb-text" }, text(props.content)),
  "view.markdown": (props, _, task) => {
    const element = markdown(props.content);
    element.querySelectorAll("a").forEach((anchor) => anchor.addEventListener("click", () => task.opened(anchor.getAttribute("href"))));
    return element;
  },
  "view.image": media.image,
  "view.audio": media.audio,
  "view.video": media.video,
  "view.iframe": media.iframe,
  "view.device-frame": media.deviceFrame,
  "view.list": (props, draw) =>
    make(
      "div",
      { className: `tb-list ${props.direction === "horizontal" ? "horizontal" : "vertical"} ${props.size === "s" ? "small" : ""}` },
      children(props.items, draw),
    ),
  "view.group": (props, draw) => make("div", { className: "tb-group" }, draw(props.content)),
  "view.alert": (props, draw) =>
    make(
      "div",
      { className: `tb-alert ${text(props.theme) || "info"}`, role: "note" },
      typeof props.content === "string" ? props.content : draw(props.content),
    ),
  "view.divider": (props) =>
    props.label ? make("div", { className: "tb-divider", role: "separator" }, make("span", {}, text(props.label))) : make("hr"),
  "view.link": (props, _, task) => link(props, task),
  "view.link-group": (props, _, task) =>
    make(
      "div",
      { className: "tb-list horizontal small" },
      (Array.isArray(props.links) ? props.links : []).map((one) => link(one, task, LINK_LOOKS[one.theme] ?? "tb-button")),
    ),
  "view.action-button": actionButton,
  "view.collapse": (props, draw) => {
    const content = make("div", { className: "tb-collapse" }, draw(props.content));
    const element = make("details", { open: props.defaultOpened === true }, make("summary", {}, text(props.label ?? "More")), content);
    element.tbOpen = (wanted) => {
      element.open = wanted ?? !element.open;
    };
    return element;
  },
  "view.labeled-list": (props, draw) =>
    make(
      "dl",
      { className: "tb-labeled" },
      (Array.isArray(props.items) ? props.items : []).flatMap((item) => [
        make("dt", {}, text(item?.label), item?.hint ? make("span", { className: "tb-hint" }, text(item.hint)) : null),
        make("dd", {}, draw(item?.content)),
      ]),
    ),
  // The label is drawn by the frame around every component, which is all that this one adds.
  "view.with-label": (props, draw) => draw(props.content),
  "view.hint": (props, draw) => make("div", { className: "tb-hint" }, draw(props.content)),
  "view.json": (props) => make("pre", { className: "tb-json" }, JSON.stringify(props.content ?? props.data ?? null, null, 2)),
  "view.debug": (props) => make("pre", { className: "tb-json" }, JSON.stringify(props.content ?? props.data ?? null, null, 2)),
  "view.table": table,
  ...LAYOUTS,
};
