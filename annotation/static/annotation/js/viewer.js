// The job page's picture: zoom (wheel, + - 0), pan (drag), previous and next frame (D F and arrows), hide shapes (H),
// and the tie between a shape and its line in the list, which a click or Enter brings near. On the compare page N and P go to the next
// and previous frame that differs. The server draws everything; this module only moves the view.
const views = new WeakMap();
let hidden = false;

const svgOf = (viewer) => viewer.querySelector(".viewer-stage svg");

function full(svg) {
  return { x: 0, y: 0, width: Number(svg.dataset.width), height: Number(svg.dataset.height) };
}

function apply(svg, view) {
  views.set(svg, view);
  svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
}

// `at` is a point in image pixels that stays where it is on the screen.
function zoom(svg, factor, at) {
  const whole = full(svg), view = views.get(svg) ?? whole;
  const width = Math.min(Math.max(view.width / factor, whole.width / 60), whole.width);
  const scale = width / view.width;
  const centre = at ?? { x: view.x + view.width / 2, y: view.y + view.height / 2 };
  apply(svg, keepInside(whole, {
    x: centre.x - (centre.x - view.x) * scale, y: centre.y - (centre.y - view.y) * scale, width, height: view.height * scale,
  }));
}

function keepInside(whole, view) {
  return { ...view, x: Math.min(Math.max(view.x, 0), whole.width - view.width), y: Math.min(Math.max(view.y, 0), whole.height - view.height) };
}

function imagePoint(svg, event) {
  return new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
}

// A shape's surroundings fill the stage, at most ten times as near as the whole picture.
function bringNear(viewer, number) {
  const svg = svgOf(viewer), shape = svg.querySelector(`[data-shape="${number}"]`);
  if (!shape) return;
  const whole = full(svg), box = shape.getBBox();
  const width = Math.min(Math.max(box.width * 2.5, (box.height * 2.5 * whole.width) / whole.height, whole.width / 10), whole.width);
  const height = (width * whole.height) / whole.width;
  apply(svg, keepInside(whole, { x: box.x + box.width / 2 - width / 2, y: box.y + box.height / 2 - height / 2, width, height }));
}

function mark(viewer, number) {
  for (const element of viewer.querySelectorAll(".is-marked")) element.classList.remove("is-marked");
  if (!number) return;
  viewer.querySelector(`[data-shape="${number}"]`)?.classList.add("is-marked");
  viewer.querySelector(`[data-object="${number}"]`)?.classList.add("is-marked");
}

function showHidden(viewer) {
  viewer.classList.toggle("hides-shapes", hidden);
  viewer.querySelector("[data-hide-shapes]").setAttribute("aria-pressed", String(hidden));
}

document.addEventListener("click", (event) => {
  const viewer = event.target.closest("[data-viewer]");
  if (!viewer) return;
  const button = event.target.closest("button");
  const line = event.target.closest("[data-object]");
  if (line) bringNear(viewer, line.dataset.object);
  if (button?.dataset.zoom) zoom(svgOf(viewer), Number(button.dataset.zoom));
  else if (button && "zoomFit" in button.dataset) apply(svgOf(viewer), full(svgOf(viewer)));
  else if (button && "hideShapes" in button.dataset) { hidden = !hidden; showHidden(viewer); }
});

document.addEventListener("wheel", (event) => {
  const svg = event.target.closest?.(".viewer-stage svg");
  // Without Ctrl the wheel scrolls the page, as everywhere.
  if (!svg || !event.ctrlKey) return;
  event.preventDefault();
  zoom(svg, event.deltaY < 0 ? 1.2 : 1 / 1.2, imagePoint(svg, event));
}, { passive: false });

document.addEventListener("pointerdown", (event) => {
  const svg = event.target.closest?.(".viewer-stage svg");
  if (!svg || event.button !== 0) return;
  const start = imagePoint(svg, event);
  const move = (moved) => {
    const point = imagePoint(svg, moved), view = views.get(svg) ?? full(svg);
    apply(svg, keepInside(full(svg), { ...view, x: view.x + start.x - point.x, y: view.y + start.y - point.y }));
  };
  svg.setPointerCapture(event.pointerId);
  svg.addEventListener("pointermove", move);
  svg.addEventListener("lostpointercapture", () => svg.removeEventListener("pointermove", move), { once: true });
});

for (const name of ["mouseover", "focusin"]) {
  document.addEventListener(name, (event) => {
    const viewer = event.target.closest?.("[data-viewer]");
    if (viewer) mark(viewer, event.target.closest("[data-object]")?.dataset.object ?? event.target.closest("[data-shape]")?.dataset.shape);
  });
}

const keys = {
  d: "[data-previous]", ArrowLeft: "[data-previous]", f: "[data-next]", ArrowRight: "[data-next]",
  "+": '[data-zoom="1.25"]', "=": '[data-zoom="1.25"]', "-": '[data-zoom="0.8"]', 0: "[data-zoom-fit]", h: "[data-hide-shapes]",
  n: "[data-next-different]", p: "[data-previous-different]",
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable], dialog[open], .dropdown-menu")) return;
  const line = event.key === "Enter" && event.target.closest("[data-object]");
  if (line) bringNear(line.closest("[data-viewer]"), line.dataset.object);
  const selector = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const target = selector && document.querySelector(`[data-viewer] ${selector}`);
  if (!target) return;
  event.preventDefault();
  target.click();
});

// Not earlier: htmx gives the new element the old one's class until it has settled.
document.addEventListener("htmx:afterSettle", () => {
  const viewer = document.querySelector("[data-viewer]");
  if (viewer) showHidden(viewer);
});
