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
        .value=${live(String(state.index + 1))} @change=${(event) => app.goTo(Number(event.target.value) - 1)}> of ${frames.length}</label>
      ${button(app, { name: "Next frame (F)", sign: "chevron-right", command: "nextFrame", off: state.index === last })}</span>
    ${last > 0 ? html`<input class="ed-slider form-range" type="range" min="0" max=${last} .value=${live(String(state.index))} aria-label="Frame"
      @input=${(event) => app.goTo(Number(event.target.value))}>` : nothing}
    <span class="ed-progress" title="Frames with at least one object or tag">
      <span class="ed-progress-track"><span style="width:${frames.length ? (100 * done) / frames.length : 0}%"></span></span>
      <b>${done}</b> of ${frames.length} ${frames.length === 1 ? "frame" : "frames"} done</span>
    <span class="ed-name" title=${frame?.name ?? ""}>${frame?.name ?? ""}</span>
    <span class="ed-space"></span>
    <span class="ed-group">
      ${button(app, { name: "Zoom out (-)", sign: "zoom-out", command: "zoomOut" })}
      ${button(app, { name: "Zoom in (+)", sign: "zoom-in", command: "zoomIn" })}
      ${button(app, { name: "Show the whole image (0)", sign: "maximize", command: "fit" })}
      ${button(app, { name: state.hideAll ? "Show all objects (H)" : "Hide all objects (H)", sign: state.hideAll ? "eye-off" : "eye",
        command: "hideAll", pressed: String(state.hideAll) })}
      <button class="btn btn-icon btn-sm btn-ghost-secondary" title="Objects panel" aria-label="Objects panel" aria-expanded=${String(state.side)}
        @click=${() => app.set({ side: !state.side })}>${icon("list")}</button></span>
  </div>`;
}
