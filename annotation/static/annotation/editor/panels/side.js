/** The panel on the right: labels, tags of the image, and its objects, each a row that can be reached by keyboard. */
import { classMap, guard, html, live, nothing, repeat } from "lit";
import { allows, labelsFor, nameOfType, TOOLS } from "@/editor/labels.js";
import { attributes } from "@/editor/panels/attributes.js";
import { icon } from "@/editor/panels/icon.js";

const dot = (label) => html`<span class="ed-dot" style="background:${label?.color ?? "#868e96"}"></span>`;

export function side(app) {
  return html`<aside class="ed-side" aria-label="Labels and objects">
    ${app.editable ? labels(app) : nothing} ${tags(app)} ${objects(app)}
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

function tags(app) {
  const usable = labelsFor(app.labels, "tag").filter((label) => label.type === "tag");
  const { tags: present } = app.content;
  if (!usable.length && !present.length) return nothing;
  const missing = usable.filter((label) => !present.some((tag) => tag.label_id === label.id));
  return html`<section class="ed-section ed-tags"><h2>Tags of this image</h2>
    ${repeat(present, (tag) => tag.client_id, (tag) => tagRow(app, tag))}
    ${app.editable && missing.length ? html`<div class="ed-tag-buttons">${missing.map((label) => html`
      <button class="btn btn-sm" @click=${() => app.commands.addTag(label.id)}>${icon("plus")}${dot(label)}${label.name}</button>`)}</div>` : nothing}
    ${!app.editable && !present.length ? html`<p class="ed-empty">None.</p>` : nothing}
  </section>`;
}

function tagRow(app, tag) {
  const label = app.labelsById.get(tag.label_id);
  return html`<div class="ed-object" data-object=${tag.client_id}><div class="ed-object-head">
    <span class="ed-object-main">${icon("tag")}${dot(label)}<span class="ed-object-name">${label?.name ?? "no label"}</span></span>
    ${app.editable ? html`<button class="btn btn-icon btn-sm btn-ghost-danger" aria-label=${`Remove tag ${label?.name ?? ""}`} title="Remove"
      @click=${() => app.commands.remove(tag.client_id)}>${icon("x")}</button>` : nothing}</div>${attributes(app, tag, label)}</div>`;
}

/** A thousand rows are not gone through again for a tick of the clock: only when something that they show has changed. */
function objects(app) {
  const { state, content, frame } = app;
  return guard([frame.number, content.shapes, content.nothing_here, state.selectedId, state.hoveredId, state.hidden, app.editable], () => list(app, content));
}

function list(app, { shapes }) {
  return html`<section class="ed-section ed-objects"><h2>Objects <span class="badge bg-secondary-lt">${shapes.length}</span></h2>
    ${shapes.length ? nothing : html`<p class="ed-empty">${app.content.nothing_here ? "Nothing here: this frame needs no object." : "Nothing on this image yet."}</p>`}
    <div role="list">${repeat(shapes, (shape) => shape.client_id, (shape, index) => row(app, shape, index))}</div></section>`;
}

function row(app, shape, index) {
  const { state } = app;
  const label = app.labelsById.get(shape.label_id);
  const selected = state.selectedId === shape.client_id;
  const hidden = state.hidden.has(shape.client_id);
  const name = `${index + 1}. ${label?.name ?? "no label"}, ${nameOfType(shape.type).toLowerCase()}`;
  const sign = TOOLS.find((tool) => tool.type === shape.type)?.icon ?? "photo";
  return html`<div role="listitem" data-object=${shape.client_id} class=${classMap({ "ed-object": true, "is-selected": selected, "is-hidden": hidden,
    "is-hovered": state.hoveredId === shape.client_id })} @pointerenter=${() => app.hover(shape.client_id)}
    @pointerleave=${() => app.hover(null)}>
    <div class="ed-object-head">
      <button class="ed-object-main" aria-label=${name} aria-pressed=${String(selected)} @click=${() => app.select(shape.client_id)}
        @dblclick=${() => app.canvas.zoomTo(shape)} @keydown=${(event) => rowKey(app, shape, event)}
        title="Double-click, or press Enter when selected, to zoom in">${icon(sign)}${dot(label)}
        <span class="ed-object-name">${index + 1}. ${label?.name ?? "no label"}</span>
        ${shape.occluded ? html`<span class="ed-mark" title="Partly hidden by something">${icon("square-dashed")}</span>` : nothing}</button>
      <button class="btn btn-icon btn-sm btn-ghost-secondary" aria-label=${`${hidden ? "Show" : "Hide"} ${name}`} aria-pressed=${String(hidden)}
        @click=${() => app.commands.toggleHidden(shape.client_id)}>${icon(hidden ? "eye-off" : "eye")}</button>
      ${app.editable ? html`<button class="btn btn-icon btn-sm btn-ghost-danger" aria-label=${`Delete ${name}`} title="Delete (Del)"
        @click=${() => app.commands.remove(shape.client_id)}>${icon("trash")}</button>` : nothing}
    </div>
    ${selected ? details(app, shape, label) : nothing}</div>`;
}

function rowKey(app, shape, event) {
  if (event.key !== "Enter" || app.state.selectedId !== shape.client_id) return;
  event.preventDefault();
  app.canvas.zoomTo(shape);
}

function details(app, shape, label) {
  if (!app.editable) return html`<div class="ed-details">${attributes(app, shape, label)}</div>`;
  const usable = app.labels.filter((other) => allows(other, shape.type));
  return html`<div class="ed-details">
    ${usable.length > 1 ? html`<label class="ed-field"><span>Label</span><select class="form-select form-select-sm"
      @change=${(event) => app.commands.relabel(shape.client_id, Number(event.target.value))}>
      ${usable.map((other) => html`<option value=${other.id} .selected=${other.id === shape.label_id}>${other.name}</option>`)}</select></label>` : nothing}
    ${attributes(app, shape, label)}
    <label class="form-check"><input class="form-check-input" type="checkbox" .checked=${live(shape.occluded)}
      @change=${() => app.commands.toggleOccluded(shape.client_id)}><span class="form-check-label">Partly hidden by something (Q)</span></label>
  </div>`;
}
