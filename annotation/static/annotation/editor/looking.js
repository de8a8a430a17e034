/** What keys and buttons do that look and move: frames, zoom, the picture. Only "nothing here" changes the document. */
import { unfinishedFrom } from "@/editor/progress.js";

const STEP = 10;

export class Looking {
  /** @param {import("./app.js").App} app */
  constructor(app) { this.app = app; }

  nextFrame() { this.app.goTo(this.app.state.index + 1); }
  previousFrame() { this.app.goTo(this.app.state.index - 1); }
  tenForward() { this.app.goTo(this.app.state.index + 10); }
  tenBack() { this.app.goTo(this.app.state.index - 10); }
  nextUnfinished() { this.#unfinished(1); }
  previousUnfinished() { this.#unfinished(-1); }

  #unfinished(step) {
    const { app } = this;
    const at = unfinishedFrom(app.frames, (number) => app.store.frame(number), app.state.index, step);
    if (at === null) app.notice(app.doneFrames.length === app.frames.length ? "Every frame is finished." : "Every other frame is finished.");
    else app.goTo(at);
  }

  /** Says that this frame needs no shape, or takes that back; of a starting point, that it is right as it is. */
  nothingHere() {
    const { app } = this;
    const { shapes, tags } = app.content;
    if (app.canvas.drawing) {
      app.notice("A shape is still being drawn. Finish it (N) or cancel it (Esc) first.", "warning");
    } else if (app.content.starting_point) {
      app.store.change(app.frame.number, (frame) => { delete frame.starting_point; });
      app.notice("Checked: this frame is right as it is. Ctrl+Z takes that back.");
    } else if (shapes.length || tags.length) {
      app.notice("There is something on this image. \"Nothing here\" is for images that need no object.", "warning");
    } else {
      app.store.change(app.frame.number, (frame) => {
        if (frame.nothing_here) delete frame.nothing_here;
        else frame.nothing_here = true;
      });
    }
  }

  /** Whether a shape is begun that the verb would drop; then why it does not is told. */
  refuseSketch() {
    const { drawing } = this.app.canvas;
    if (drawing) this.app.notice("A shape is still being drawn. Finish it (N) or cancel it (Esc) first.", "warning");
    return drawing;
  }

  goToFrame() { this.app.set({ dialog: { kind: "goto", text: "" } }); }

  fit() { this.app.canvas.fit(); }
  zoomIn() { this.app.canvas.zoomBy(1.5); }
  zoomOut() { this.app.canvas.zoomBy(1 / 1.5); }

  fitObject() {
    const { selected } = this.app;
    if (!selected?.points) return false;
    this.app.canvas.zoomTo(selected);
    return undefined;
  }

  hideAll() { this.app.set({ hideAll: !this.app.state.hideAll }); }
  help() { this.app.set({ dialog: { kind: "keys" } }); }
  toggleStrip() { this.app.setLook({ strip: !this.app.stripOpen }); }

  /** Opens and closes the picture's settings. */
  picture() {
    const open = !this.app.state.picture;
    this.app.set({ picture: open });
    if (open) requestAnimationFrame(() => this.app.root.querySelector(".ed-picture input")?.focus());
    else this.app.focusCanvas();
  }

  resetPicture() {
    this.app.picture.reset();
    this.app.setLook({});
  }

  #turn(name, step) {
    const { app } = this;
    app.setLook({ [name]: app.picture.look[name] + step });
    if (app.state.picture) return; // the slider tells it
    const word = `${name[0].toUpperCase()}${name.slice(1)}:`;
    app.state.notices = app.state.notices.filter((notice) => !notice.text.startsWith(word));
    app.notice(`${word} ${app.picture.look[name]} %`);
  }

  brighter() { this.#turn("brightness", STEP); }
  darker() { this.#turn("brightness", -STEP); }
  moreContrast() { this.#turn("contrast", STEP); }
  lessContrast() { this.#turn("contrast", -STEP); }
  moreColour() { this.#turn("saturation", STEP); }
  lessColour() { this.#turn("saturation", -STEP); }
}
