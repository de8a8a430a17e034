// Pictures, sound, films and pages within a task.
import { make, sized, web } from "./elements.js";

function unreachable(what, url) {
  const message = make(
    "p",
    { className: "tb-broken", role: "alert" },
    `The ${what} cannot be loaded: `,
    make("code", {}, String(url ?? "no address")),
  );
  message.append(" If it stays so, skip the task and tell the requester.");
  return message;
}

function quarterTurns(frame, image) {
  let turns = 0;
  const show = () => {
    const lying = turns % 2 !== 0;
    // A picture on its side would stick out of its box: it is made as wide as the box is high.
    const scale = lying ? Math.min(1, image.clientWidth / (image.clientHeight || 1), image.clientHeight / (image.clientWidth || 1)) : 1;
    image.style.transform = `rotate(${turns * 90}deg) scale(${scale})`;
    frame.dataset.turns = String(((turns % 4) + 4) % 4);
  };
  return (direction) => {
    turns += direction === "left" ? -1 : 1;
    show();
  };
}

function popUp(url, alt) {
  const close = make("button", { type: "button", className: "tb-button" }, "Close");
  const dialog = make("dialog", { className: "tb-popup" }, make("img", { src: url, alt }), close);
  dialog.setAttribute("aria-label", alt || "Picture in full size");
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target !== close) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function turnButton(label, direction, turn) {
  const button = make("button", { type: "button", className: "tb-button small" }, label);
  button.addEventListener("click", () => turn(direction));
  return button;
}

export function image(props) {
  const url = web(props.url);
  const alt = String(props.alt ?? props.label ?? "");
  const shown = make("img", { className: "tb-image", src: url, alt, loading: props.noLazyLoad ? "eager" : "lazy" });
  if (props.noBorder) shown.classList.add("bare");
  const frame = make("div", { className: `tb-media ${props.scrollable ? "scrollable" : ""}` }, sized(shown, props));
  shown.addEventListener("error", () => frame.replaceChildren(unreachable("picture", props.url)));
  if (!url) frame.replaceChildren(unreachable("picture", props.url));
  frame.tbRotate = quarterTurns(frame, shown);
  if (props.rotatable)
    frame.append(
      make(
        "div",
        { className: "tb-media-tools" },
        turnButton("Turn left", "left", frame.tbRotate),
        turnButton("Turn right", "right", frame.tbRotate),
      ),
    );
  if (props.popup !== false && !props.scrollable && url) {
    const open = make("button", { type: "button", className: "tb-media-open", title: "Show in full size" });
    open.setAttribute("aria-label", alt ? `Show in full size: ${alt}` : "Show the picture in full size");
    shown.replaceWith(open);
    open.append(shown);
    frame.tbOpen = () => popUp(url, alt);
    open.addEventListener("click", frame.tbOpen);
  }
  return frame;
}

// What condition.played and condition.played-fully ask: dataset.played is "" or "fully". Media that cannot be played count as played.
function played(element, task) {
  const note = (how) => {
    if (element.dataset.played !== "fully") element.dataset.played = how;
    task.changed();
  };
  element.addEventListener("play", () => note(""));
  element.addEventListener("ended", () => note("fully"));
  element.addEventListener("error", () => {
    note("fully");
    element.after(unreachable(element.tagName === "AUDIO" ? "sound" : "film", element.src));
  });
  return element;
}

export const audio = (props, _, task) =>
  played(make("audio", { controls: true, preload: "metadata", loop: props.loop === true, src: web(props.url) }), task);

export const video = (props, _, task) =>
  sized(
    played(make("video", { controls: true, preload: "metadata", playsInline: true, className: "tb-image", src: web(props.url) }), task),
    props,
  );

/** A page in a frame, without a bridge to the task, as on the platform. */
export function iframe(props) {
  const title = String(props.label ?? "Page of the task");
  const element = make("iframe", { className: "iframe", src: web(props.url), title, referrerPolicy: "no-referrer", loading: "lazy" });
  element.style.width = "100%";
  element.style.height = "500px";
  return sized(element, props);
}

export function deviceFrame(props, draw) {
  const screen = make("div", { className: "tb-device" }, draw(props.content));
  if (!props.maxWidth) screen.style.maxWidth = "380px";
  return sized(screen, { ratio: props.ratio, maxWidth: props.maxWidth, minWidth: props.minWidth, fullHeight: props.fullHeight });
}
