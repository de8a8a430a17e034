// view.* and layout.*: one small function a component, (props, draw, task) -> element. `props` are resolved values; `draw(spec)` draws
// a component inside; `task` can run actions.
import { markdown } from "./markdown.js";

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const children = (items, draw) => (items ?? []).map((item) => draw(item));
const web = (url) => (/^(https?:|data:(image|audio|video)\/|blob:|\/)/i.test(url ?? "") ? url : "");

function link(props, _, task) {
  const anchor = make("a", { href: web(props.url), target: "_blank", rel: "noopener noreferrer" }, props.content ?? props.url ?? "");
  anchor.addEventListener("click", () => task.opened(props.url));
  return anchor;
}

export const VIEWS = {
  "view.text": (props) => make("p", { className: "tb-text" }, String(props.content ?? "")),
  "view.markdown": (props) => markdown(props.content),
  "view.image": (props) => make("img", { className: "tb-image", src: web(props.url), alt: props.alt ?? "" }),
  "view.list": (props, draw) => make("div", { className: `tb-list ${props.direction ?? "vertical"}` }, children(props.items, draw)),
  "view.group": (props, draw) => make("div", { className: "tb-group" }, draw(props.content)),
  "view.alert": (props, draw) =>
    make(
      "div",
      { className: `tb-alert ${props.theme ?? "info"}` },
      typeof props.content === "string" ? props.content : draw(props.content),
    ),
  "view.divider": () => make("hr"),
  "view.link": link,
  "view.link-group": (props, draw, task) =>
    make(
      "div",
      { className: "tb-list horizontal" },
      (props.links ?? []).map((one) => link(one, draw, task)),
    ),
  "view.collapse": (props, draw) =>
    make("details", { open: props.defaultOpened === true }, make("summary", {}, props.label ?? "More"), draw(props.content)),
  "view.labeled-list": (props, draw) =>
    make(
      "dl",
      { className: "tb-labeled" },
      (props.items ?? []).flatMap((item) => [make("dt", {}, item.label ?? ""), make("dd", {}, draw(item.content))]),
    ),
  "view.iframe": (props) => {
    const element = make("iframe", {
      className: "iframe",
      src: web(props.url),
      title: props.label ?? "Page of the task",
      referrerPolicy: "no-referrer",
    });
    element.style.width = "100%";
    element.style.height = props.fullHeight ? "80vh" : "500px";
    return element;
  },
  "view.audio": (props) => make("audio", { controls: true, src: web(props.url) }),
  "view.video": (props) => make("video", { controls: true, src: web(props.url), className: "tb-image" }),
  "view.action-button": (props, _, task) => {
    const button = make("button", { type: "button", className: "tb-button" }, props.label ?? "Go");
    button.addEventListener("click", () => task.act(props.action));
    return button;
  },
  "layout.side-by-side": (props, draw) =>
    make("div", {}, make("div", { className: "tb-list horizontal" }, children(props.items, draw)), draw(props.controls)),
  "layout.columns": (props, draw) => make("div", { className: "tb-list horizontal" }, children(props.items, draw)),
  "layout.sidebar": (props, draw) => make("div", { className: "tb-list horizontal" }, draw(props.content), draw(props.controls)),
  "layout.bars": (props, draw) => make("div", { className: "tb-list" }, draw(props.barBefore), draw(props.content), draw(props.barAfter)),
  // The label is drawn by the frame around every component, which is all that this one adds.
  "view.with-label": (props, draw) => draw(props.content),
};
