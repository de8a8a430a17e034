/** Verbs on masks and on turned boxes. Each stroke of the brush is one step of undo and saved like any other change. */
import { LARGEST, SMALLEST, stepped, wayOf } from "@/editor/brush.js";
import { rounded } from "@/editor/geometry.js";
import { turns, turnedTo } from "@/editor/rotation.js";
import { Steering } from "@/editor/steering.js";

const STEP = 15;

export class Painting extends Steering {
  /** What the brush has made of the mask being painted; null: nothing is left. @param {number[]|null} points */
  painted(points) {
    const { app } = this;
    const target = app.paintTarget;
    if (target && points) this.edit(target.client_id, (shape) => { shape.points = points; });
    else if (target) this.#gone(target);
    else if (points) {
      app.state.paintId = this.create("mask", points);
      app.select(app.state.paintId);
    }
  }

  #gone(target) {
    if (this.refuseLocked(target.client_id)) return;
    this.change((frame) => { frame.shapes = frame.shapes.filter((shape) => shape.client_id !== target.client_id); });
    this.app.notice("Nothing is left of this mask, so it is gone. Ctrl+Z brings it back.");
  }

  /** B: goes on with the selected mask; with none selected, takes the brush for a new one. */
  paint() {
    const { app } = this;
    if (app.selected?.type === "mask" && app.state.tool !== "mask") return this.continuePainting(app.state.selectedId);
    if (app.state.tool === "mask") return this.useWay("brush");
    if (!app.tools.includes("mask")) return app.notice("No label of this job is for masks.");
    return app.useTool("mask");
  }

  continuePainting(id) {
    const { app } = this;
    const shape = app.object(id);
    if (shape?.type !== "mask" || this.refuseLocked(id)) return;
    if (!app.tools.includes("mask")) {
      app.notice("No label of this job is for masks any more: this one can only be deleted.", "warning");
      return;
    }
    app.state.labelId = shape.label_id;
    app.useTool("mask");
    app.select(id);
  }

  /** Ends the mask being painted: the next stroke begins another one where drawing is kept up, else the tool is put away. */
  finishMask() {
    const { app } = this;
    const target = app.paintTarget;
    if (target && app.state.keepDrawing) {
      app.select(null);
      return;
    }
    app.useTool(null);
    if (target) app.select(target.client_id);
  }

  setBrush(change) {
    const { app } = this;
    app.brush.set(change);
    app.canvas.useBrush(app.brush.settings);
    app.set({});
  }

  /** Takes the brush, the eraser or a polygon; the tool as well, where another one is out. */
  useWay(way) {
    const { app } = this;
    if (app.state.tool !== "mask") {
      if (!app.tools.includes("mask")) return false;
      if (app.selected?.type === "mask") this.continuePainting(app.state.selectedId);
      else app.useTool("mask");
    }
    this.setBrush({ way });
    app.say(wayOf(way).name);
    return undefined;
  }

  brush() { return this.useWay("brush"); }
  eraser() { return this.useWay("eraser"); }
  addPolygon() { return this.useWay("add"); }
  cutPolygon() { return this.useWay("cut"); }
  smallerBrush() { return this.resizeBrush(-1); }
  largerBrush() { return this.resizeBrush(1); }

  resizeBrush(steps) {
    const { app } = this;
    if (app.state.tool !== "mask") return false;
    const size = stepped(app.brush.settings.size, steps);
    this.setBrush({ size });
    app.say(size === SMALLEST || size === LARGEST ? `Brush ${size} pixels: no further` : `Brush ${size} pixels`);
    return undefined;
  }

  // --- turning -------------------------------------------------------------------------------------------------------------------

  turnRight() { return this.#turn(STEP); }
  turnLeft() { return this.#turn(-STEP); }
  turnRightBit() { return this.#turn(1); }
  turnLeftBit() { return this.#turn(-1); }

  #turn(degrees) {
    const { selected } = this.app;
    if (!turns(selected?.type)) return this.app.notice("Select a rectangle or an ellipse first: other objects are not turned.");
    return this.turnTo(selected.client_id, selected.rotation + degrees);
  }

  /** @param {number} degrees clockwise, of any size */
  turnTo(id, degrees) {
    const { app } = this;
    const shape = app.object(id);
    if (!turns(shape?.type) || !Number.isFinite(degrees)) return;
    const turned = turnedTo(shape.type, shape.points, degrees, app.frame);
    if (!turned) {
      app.notice("Turned like that it does not fit into the image. Make it smaller first.", "warning");
      app.set({}); // a field that says otherwise goes back
      return;
    }
    const done = this.edit(id, (target) => Object.assign(target, { points: rounded(turned.points), rotation: turned.rotation }));
    if (done) app.say(`Turned by ${turned.rotation} degrees`);
  }
}
