/** Tags of the image: labels for tags as buttons; labels for any kind of object, which serve as tags too, behind a list. */
import { html, nothing, repeat } from "lit";
import { labelsFor } from "@/editor/labels.js";
import { attributes } from "@/editor/panels/attributes.js";
import { dot } from "@/editor/panels/dot.js";
import { icon } from "@/editor/panels/icon.js";

export function tags(app) {
  const usable = labelsFor(app.labels, "tag");
  const { tags: present } = app.content;
  if (!usable.length && !present.length) return nothing;
  const missing = usable.filter((label) => !present.some((tag) => tag.label_id === label.id));
  return html`<section class="ed-section ed-tags"><h2>Tags of this image</h2>
    ${repeat(present, (tag) => tag.client_id, (tag) => row(app, tag))}
    ${app.editable ? [buttons(app, missing.filter((label) => label.type === "tag")), others(app, missing.filter((label) => label.type !== "tag"))] : nothing}
    ${!app.editable && !present.length ? html`<p class="ed-empty">None.</p>` : nothing}
  </section>`;
}

function buttons(app, labels) {
  if (!labels.length) return nothing;
  return html`<div class="ed-tag-buttons">${labels.map((label) => html`
    <button class="btn btn-sm" @click=${() => app.commands.addTag(label.id)}>${icon("plus")}${dot(label)}${label.name}</button>`)}</div>`;
}

/** A list and a button, not the list alone: arrow keys walk through a closed list, and each would add a tag. */
function others(app, labels) {
  if (!labels.length) return nothing;
  const add = (event) => {
    event.preventDefault();
    const chosen = event.currentTarget.elements.namedItem("label");
    if (chosen.value) app.commands.addTag(Number(chosen.value));
    chosen.value = "";
  };
  return html`<form class="ed-tag-other" @submit=${add}>
    <select class="form-select form-select-sm" name="label" aria-label="Label for the whole image" required>
      <option value="">Other label…</option>
      ${repeat(labels, (label) => label.id, (label) => html`<option value=${label.id}>${label.name}</option>`)}</select>
    <button class="btn btn-sm" aria-label="Add as a tag" title="Add as a tag of the whole image">${icon("plus")}Add</button></form>`;
}

function row(app, tag) {
  const label = app.labelsById.get(tag.label_id);
  return html`<div class="ed-object" data-object=${tag.client_id}><div class="ed-object-head">
    <span class="ed-object-main">${icon("tag")}${dot(label)}<span class="ed-object-name">${label?.name ?? "no label"}</span></span>
    ${app.editable ? html`<button class="btn btn-icon btn-sm btn-ghost-danger" aria-label=${`Remove tag ${label?.name ?? ""}`} title="Remove"
      @click=${() => app.commands.remove(tag.client_id)}>${icon("x")}</button>` : nothing}</div>${attributes(app, tag, label)}</div>`;
}
