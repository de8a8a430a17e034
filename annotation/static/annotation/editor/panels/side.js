/** The panel on the right: labels, tags of the image, and its objects, each a row that can be reached by keyboard. */
import { classMap, guard, html, live, nothing } from "lit";
import { allows, nameOfType, TOOLS } from "@/editor/labels.js";
import { attributes } from "@/editor/panels/attributes.js";
import { dot } from "@/editor/panels/dot.js";
import { icon } from "@/editor/panels/icon.js";
import { tabs } from "@/editor/panels/issues.js";
import { tags } from "@/editor/panels/tags.js";
import { turns } from "@/editor/rotation.js";
import { FROM_FILE } from "@/editor/starting.js";

export function side(app) {
  return html`<aside class="ed-side" aria-label="Labels and objects" @scroll=${(event) => app.rows.look(event.currentTarget)}>
    ${app.review ? tabs(app) : nothing} ${app.editable ? labels(app) : nothing} ${tags(app)} ${objects(app)}
  </aside>`;
}

function labels(app) {
  const drawing = app.labels.filter((label) => label.type !== "tag");
  if (!drawing.length) return nothing;
  return html`<section class="ed-section"><h2>Label of the next object</h2>
    <div class="ed-labels" role="radiogroup" aria-label="Label of the next object">
      ${drawing.map((label) => {
        const number = app.labels.indexOf(label) + 1;
        const on = label.id === app.state.labelId;
        return html`<button class="ed-label" role="radio" aria-checked=${String(on)} style="--label:${label.color}"
          @click=${() => app.useLabel(label.id)} title=${number <= 9 ? `${label.name} (Ctrl+${number})` : label.name}>${dot(label)}<span>${label.name}</span>
          ${number <= 9 ? html`<kbd>${number}</kbd>` : nothing}</button>`;
      })}</div>
    <label class="form-check ed-keep"><input class="form-check-input" type="checkbox" .checked=${live(app.state.keepDrawing)}
      @change=${(event) => app.set({ keepDrawing: event.target.checked })}><span class="form-check-label">Keep drawing after each object</span></label>
  </section>`;
}

/** A thousand rows are not gone through again for a tick of the clock: only when something that they show has changed. */
function objects(app) {
  const { state, content, frame } = app;
  const { hidden, locked, hideAll, picked, selectedId, hoveredId } = state;
  return guard([frame.number, content.shapes, content.nothing_here, selectedId, hoveredId, hidden, locked, hideAll, picked, state.tool, app.editable, app.rows.range],
    () => list(app, content));
}

function list(app, { shapes }) {
  return html`<section class="ed-section ed-objects"><h2 id="ed-objects-title">Objects <span class="badge bg-secondary-lt">${shapes.length}</span>
      <span class="ed-space"></span>${shapes.length ? all(app, shapes) : nothing}</h2>
    ${shapes.length ? nothing : html`<p class="ed-empty">${app.content.nothing_here ? "Nothing here: this frame needs no object." : "Nothing on this image yet."}</p>`}
    <div role="list" class="ed-rows" data-shown=${app.state.hideAll ? "none" : "all"} aria-labelledby="ed-objects-title">${app.rows.template(shapes, (shape, index) => row(app, shape, index))}</div></section>`;
}

/** Hide and lock for all objects of the frame at once. */
function all(app, shapes) {
  const { hideAll } = app.state;
  const locked = shapes.every((shape) => app.state.locked.has(shape.client_id));
  const one = (name, sign, pressed, command) => html`<button class="btn btn-icon btn-sm btn-ghost-secondary" aria-label=${name} title=${name}
    aria-pressed=${String(pressed)} @click=${command}>${icon(sign)}</button>`;
  return html`${one(hideAll ? "Show all objects (Shift+H)" : "Hide all objects (Shift+H)", hideAll ? "eye-off" : "eye", hideAll, () => app.commands.hideAll())}
    ${app.editable ? one(locked ? "Unlock all objects (Shift+L)" : "Lock all objects (Shift+L)", locked ? "lock" : "lock-open", locked, () => app.commands.lockAll()) : nothing}`;
}

function row(app, shape, index) {
  const { state } = app;
  const { client_id: id } = shape;
  const label = app.labelsById.get(shape.label_id);
  const [selected, hidden, locked] = [state.selectedId === id, state.hidden.has(id), state.locked.has(id)];
  const name = `${index + 1}. ${label?.name ?? "no label"}, ${nameOfType(shape.type).toLowerCase()}`;
  const pressed = state.picked ? state.picked.has(id) : selected;
  return html`<div role="listitem" data-object=${id} aria-posinset=${index + 1} aria-setsize=${app.content.shapes.length} class=${classMap({ "ed-object": true, "is-selected": pressed, "is-hidden": hidden,
    "is-hovered": state.hoveredId === id })} @pointerenter=${() => app.hover(id)} @pointerleave=${() => app.hover(null)}>
    <div class="ed-object-head">
      <button class="ed-object-main" aria-label=${`${index + 1}. ${app.describe(shape)}${shape.source === FROM_FILE ? ", from the file" : ""}`} aria-pressed=${String(pressed)} @click=${() => app.select(id)}
        @dblclick=${() => app.canvas.zoomTo(shape)} @keydown=${(event) => rowKey(app, shape, event)}
        title="Double-click, or press Enter when selected, to zoom in">${icon(signOf(shape))}${dot(label)}
        <span class="ed-object-name">${index + 1}. ${label?.name ?? "no label"}</span>${marks(shape)}</button>
      ${buttons(app, shape, { name, hidden, locked, selected })}
    </div>
    ${selected ? details(app, shape, label) : nothing}</div>`;
}

const signOf = (shape) => TOOLS.find((tool) => tool.type === shape.type)?.icon ?? "photo";

/** Colours of group marks: neighbouring numbers differ. */
const GROUP_HUES = [210, 20, 140, 290, 50, 180, 330, 100];

const marks = (shape) => html`
  ${shape.source === FROM_FILE ? html`<span class="ed-mark" title="From the file: nobody changed it yet">${icon("file")}</span>` : nothing}
  ${shape.occluded ? html`<span class="ed-mark" title="Partly hidden by something">${icon("square-dashed")}</span>` : nothing}
  ${shape.group ? html`<span class="ed-mark ed-mark-group" style="--hue:${GROUP_HUES[shape.group % GROUP_HUES.length]}" title=${`Group ${shape.group}`}>G${shape.group}</span>` : nothing}`;

function buttons(app, shape, { name, hidden, locked, selected }) {
  const { client_id: id } = shape;
  const one = (title, sign, command, pressed) => html`<button class="btn btn-icon btn-sm btn-ghost-secondary" aria-label=${`${title} ${name}`} title=${title}
    aria-pressed=${pressed === undefined ? nothing : String(pressed)} @click=${command}>${icon(sign)}</button>`;
  return html`${one(hidden ? "Show" : "Hide", hidden ? "eye-off" : "eye", () => app.commands.toggleHidden(id), hidden)}
    ${app.editable && locked ? one("Unlock", "lock", () => app.commands.toggleLocked(id)) : nothing}
    ${app.editable && selected ? one("Menu of", "dots-vertical", (event) => openMenu(app, shape, event)) : nothing}
    ${app.editable ? html`<button class="btn btn-icon btn-sm btn-ghost-danger" aria-label=${`Delete ${name}`} title="Delete (Del)" ?disabled=${locked}
      @click=${() => app.commands.removeUnlocked(id)}>${icon("trash")}</button>` : nothing}`;
}

function openMenu(app, shape, event) {
  const { left, bottom } = event.currentTarget.getBoundingClientRect();
  app.set({ menu: { x: left, y: bottom, id: shape.client_id } });
}

function rowKey(app, shape, event) {
  if (event.key !== "Enter" || app.state.selectedId !== shape.client_id) return;
  event.preventDefault();
  app.canvas.zoomTo(shape);
}

function details(app, shape, label) {
  if (!app.editable) return html`<div class="ed-details">${attributes(app, shape, label)}</div>`;
  const usable = app.labels.filter((other) => allows(other, shape.type));
  const locked = app.state.locked.has(shape.client_id);
  return html`<div class="ed-details">
    ${usable.length > 1 ? html`<label class="ed-field"><span>Label</span><select class="form-select form-select-sm" ?disabled=${locked}
      @change=${(event) => app.commands.relabel(shape.client_id, Number(event.target.value))}>
      ${usable.map((other) => html`<option value=${other.id} .selected=${other.id === shape.label_id}>${other.name}</option>`)}</select></label>` : nothing}
    ${attributes(app, shape, label)}
    ${turns(shape.type) ? turning(app, shape, locked) : nothing}
    ${shape.type === "mask" && app.tools.includes("mask") && app.state.tool !== "mask" ? html`<button class="btn btn-sm" ?disabled=${locked} title="Brush, eraser and polygons (B, or double-click)"
      @click=${() => app.commands.continuePainting(shape.client_id)}>${icon("brush")} Change it with the brush</button>` : nothing}
    <label class="form-check"><input class="form-check-input" type="checkbox" ?disabled=${locked} .checked=${live(shape.occluded)}
      @change=${() => app.commands.toggleOccluded(shape.client_id)}><span class="form-check-label">Partly hidden by something (Q)</span></label>
  </div>`;
}

const turning = (app, shape, locked) => html`<label class="ed-field"><span>Turned by</span><span class="ed-turn">
  <input class="form-control form-control-sm" type="number" min="-360" max="360" step="any" ?disabled=${locked} .value=${live(String(shape.rotation))}
    @change=${(event) => app.commands.turnTo(shape.client_id, event.target.valueAsNumber)}><span title="clockwise; R and Shift+R">°</span></span></label>`;
