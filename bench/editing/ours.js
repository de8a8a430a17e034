/** What the bench does and sees in our editor. */
window.desk = {
  get app() { return window.ed?.app; },
  at: (x, y) => window.ed.page(x, y),
  /** Nothing is waiting to be drawn. */
  still() { const { app } = this; return Boolean(app) && !app.scheduled && app.canvas.map.animationDelayKey_ === undefined; },
  firstShape: () => probe.drawn(document.querySelector(".ed-layer-rest canvas")),
  picture() { return probe.drawn(document.querySelector(".ed-layer-image canvas")); },
  /** Whether the frame with this mark is on the screen. */
  marked([red, green]) {
    const canvas = document.querySelector(".ed-layer-image canvas");
    if (!canvas?.width || !this.app) return false;
    const { width, height } = this.app.frame;
    const box = canvas.getBoundingClientRect();
    const map = this.app.canvas.map;
    const view = map.getViewport().getBoundingClientRect();
    const [x, y] = map.getPixelFromCoordinate([width - 40, 40 - height]) ?? [-1, -1];
    const [r, g, b] = probe.colour(canvas, ((view.left + x - box.left) / box.width) * canvas.width, ((view.top + y - box.top) / box.height) * canvas.height);
    return Math.abs(r - red) < 11 && Math.abs(g - green) < 11 && b > 200;
  },
  /** The next frame is fetched and decoded. */
  fetched() {
    const { images, frames, state } = this.app;
    return state.image === "ready" && frames.slice(state.index, state.index + 2).every((frame) => images.isReady(frame.number));
  },
  get shapes() { return this.app.content.shapes; },
  get resolution() { return this.app.canvas.map.getView().getResolution(); },
  get centre() { return this.app.canvas.map.getView().getCenter()[0]; },
  remember() { Object.assign(this, { count: this.shapes.length, before: this.shapes, resolutionBefore: this.resolution, centreBefore: this.centre }); },
};
