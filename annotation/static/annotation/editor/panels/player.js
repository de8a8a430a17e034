/** The second line: undo and redo, frames, zoom. */
import { html, live, nothing } from "lit";
import { icon } from "@/editor/panels/icon.js";

const button = (app, { name, sign, command, off = false, pressed }) => html`<button class="btn btn-icon btn-sm btn-ghost-secondary" title=${name}
  aria-label=${name} ?disabled=${off} aria-pressed=${pressed ?? nothing} @click=${() => app.commands[command]()}>${icon(sign)}</button>`;

export function player(app) {
  const { state, frames, frame } = app;
  const last = frames.length - 1;
  const done = app.doneFrames.length;
  return html`<div class="ed-player" role="toolbar" aria-label="Frames and view">
    ${app.editable ? html`<span class="ed-group">
      ${button(app, { name: "Undo (Ctrl+Z)", sign: "arrow-back-up", command: "undo", off: !app.store.canUndo })}
      ${button(app, { name: "Redo (Ctrl+Y)", sign: "arrow-forward-up", command: "redo", off: !app.store.canRedo })}
      ${button(app, { name: "Save now (Ctrl+S)", sign: "device-floppy", command: "save" })}</span>` : nothing}
    <span class="ed-group ed-frames">
      ${button(app, { name: "Previous frame (D)", sign: "chevron-left", command: "previousFrame", off: state.index === 0 })}
      <label class="ed-frame-number">Frame <input type="number" class="form-control form-control-sm" min="1" max=${frames.length} aria-label="Frame"
        .value=${live(String(state.index + 1))} @change=${(event) => (event.target.value ? app.goTo(Number(event.target.value) - 1) : app.set({}))}> of ${frames.length}</label>
      ${button(app, { name: "Next frame (F)", sign: "chevron-right", command: "nextFrame", off: state.index === last })}
      ${button(app, { name: "Go to a frame by number or name (`)", sign: "search", command: "goToFrame" })}</span>
    ${last > 0 ? html`<input class="ed-slider form-range" type="range" min="0" max=${last} .value=${live(String(state.index))} aria-label="Frame"
      @input=${(event) => app.goTo(Number(event.target.value))}>` : nothing}
    <span class="ed-progress" title="Frames with an object or a tag that somebody checked, or marked as nothing here">
      <span class="ed-progress-track"><span style="width:${frames.length ? (100 * done) / frames.length : 0}%"></span></span>
      <b>${done}</b> of ${frames.length} <span class="ed-wide">${frames.length === 1 ? "frame" : "frames"} done</span></span>
    <span class="ed-group">
      ${app.editable ? nothingHere(app) : nothing}
      ${last > 0 ? button(app, { name: "Next unfinished frame (→)", sign: "chevrons-right", command: "nextUnfinished" }) : nothing}</span>
    <span class="ed-name" title=${frame?.name ?? ""}>${frame?.name ?? ""}</span>
    <span class="ed-space"></span>
    <span class="ed-group">
      ${button(app, { name: "Zoom out (-)", sign: "zoom-out", command: "zoomOut" })}
      ${button(app, { name: "Zoom in (+)", sign: "zoom-in", command: "zoomIn" })}
      ${button(app, { name: "Show the whole image (0)", sign: "maximize", command: "fit" })}
      ${button(app, { name: "Zoom to the selected object (Z)", sign: "target", command: "fitObject", off: !app.selected?.points })}
      ${button(app, { name: state.hideAll ? "Show all objects (H)" : "Hide all objects (H)", sign: state.hideAll ? "eye-off" : "eye",
        command: "hideAll", pressed: String(state.hideAll) })}
      ${button(app, { name: "Picture (F2)", sign: "adjustments", command: "picture", pressed: String(state.picture) })}
      ${button(app, { name: app.stripOpen ? "Hide the thumbnails (T)" : "Show the thumbnails (T)", sign: "box-multiple", command: "toggleStrip",
        pressed: String(app.stripOpen) })}
      <button class="btn btn-icon btn-sm btn-ghost-secondary ed-side-toggle" title="Objects panel" aria-label="Objects panel" aria-expanded=${String(state.side)}
        @click=${() => app.set({ side: !state.side })}>${icon("list")}</button></span>
  </div>`;
}

/** Off where something is on the image: the two exclude each other. On a starting point it says that this is right. */
function nothingHere(app) {
  const { shapes, tags, nothing_here, starting_point } = app.content;
  if (starting_point) {
    return html`<button class="btn btn-sm btn-primary ed-nothing" aria-label="It is right as it is" title="Checked, and nothing has to change (E)"
      @click=${() => app.commands.nothingHere()}>${icon("check")}<span>It is right</span></button>`;
  }
  const taken = shapes.length + tags.length > 0;
  return html`<button class="btn btn-sm ed-nothing" aria-label="Nothing here" aria-pressed=${String(Boolean(nothing_here))} ?disabled=${taken}
    title=${taken ? "There is something on this image" : "This image needs no object (E)"} @click=${() => app.commands.nothingHere()}>
    ${icon(nothing_here ? "circle-check" : "circle-dashed")}<span>Nothing here</span></button>`;
}
