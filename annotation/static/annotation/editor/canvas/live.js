/** Shapes that stand out, drawn anew with every change: the selected one with its handles, the one under the pointer, companions, the mask
 * being painted. */
import { Feature, VectorLayer, VectorSource } from "ol";
import { handlesOf } from "@/editor/geometry.js";
import { turns } from "@/editor/rotation.js";
import { between, geometryOf, nameAnchor, pointAt } from "@/editor/canvas/projection.js";
import { armStyle, bodyStyle, handleStyle, nameStyle } from "@/editor/canvas/styles.js";

/** Screen pixels between a box and the handle that turns it. */
const ARM = 26;

export class Live {
  #shown = null;
  #painted = null;
  #preview = null;

  /** @param {{labelOf: (shape: any) => {name: string, color: string}, map: () => any}} options */
  constructor({ labelOf, map }) {
    Object.assign(this, { labelOf, map });
    this.source = new VectorSource({ useSpatialIndex: false });
    // A class of its own: the style sheet changes its light and opacity without a new drawing.
    this.layer = new VectorLayer({ source: this.source, className: "ed-layer-live", updateWhileInteracting: true, updateWhileAnimating: true });
  }

  /** @param {object} shown as Canvas.show has it @param {Feature|null} painted the mask being painted, instead of the shape `shown.paint` names */
  show(shown, painted) {
    [this.#shown, this.#painted] = [shown, painted];
    this.#draw();
  }

  /** A shape in the middle of a drag. @param {{id: string, points: number[], rotation: number}|null} preview */
  preview(preview) {
    this.#preview = preview;
    this.#draw();
  }

  /** The view has moved: a turning handle keeps its distance. */
  viewMoved() {
    const { shapes, selectedId } = this.#shown ?? { shapes: [] };
    if (turns(shapes.find((shape) => shape.client_id === selectedId)?.type)) this.#draw();
  }

  /** The picture of the mask being painted has changed; its feature is the same where there was one. */
  repaint(painted) {
    if (painted && this.source.hasFeature(painted)) this.source.changed();
    else if (this.#shown) this.show(this.#shown, painted);
  }

  #draw() {
    if (!this.#shown) return;
    const { shapes, hoveredId, selectedId, marked, paint } = this.#shown;
    const painted = paint && this.#painted;
    const features = painted ? [painted] : [];
    for (const shape of shapes) {
      if (painted && shape.client_id === paint.id) continue;
      if (shape.client_id === selectedId) features.push(...this.#features(shape, true));
      else if (shape.client_id === hoveredId || marked.has(shape.client_id)) features.push(...this.#features(shape, false));
    }
    this.source.clear(true);
    this.source.addFeatures(features);
    this.source.changed();
  }

  #features(shape, selected) {
    const { points, rotation = shape.rotation } = this.#preview?.id === shape.client_id ? this.#preview : shape;
    const label = this.labelOf(shape);
    const styled = (geometry, style) => { const feature = new Feature(geometry); feature.setStyle(style); return feature; };
    const body = styled(geometryOf(shape.type, points, rotation), bodyStyle(shape, points, label.color, true));
    const title = shape.group ? `${label.name} · group ${shape.group}` : label.name;
    const name = styled(nameAnchor(shape.type, points, rotation), nameStyle(title, label.color));
    const changeable = selected && this.#shown.editable && !this.#shown.locked.has(shape.client_id);
    const handles = changeable ? handlesOf(shape.type, points, rotation, this.arm(shape)) : [];
    const marks = handles.map((handle) => styled(pointAt(handle.x, handle.y), handleStyle(handle.kind, label.color)));
    const turn = handles.find(({ kind }) => kind === "turn");
    const arm = turn ? [styled(between(handles[turn.index ? 5 : 1], turn), armStyle(label.color))] : [];
    return [body, ...arm, ...marks, name];
  }

  /** How far the turning handle stands off, in image pixels: off the upper side, or off the lower one (negative) when that is out of view. */
  arm(shape) {
    if (!turns(shape.type)) return 0;
    const map = this.map();
    const arm = ARM * map.getView().getResolution();
    const { x, y } = handlesOf(shape.type, shape.points, shape.rotation, arm).at(-1);
    const [left, bottom, right, top] = map.getView().calculateExtent(map.getSize());
    return x > left && x < right && -y > bottom && -y < top ? arm : -arm;
  }
}
