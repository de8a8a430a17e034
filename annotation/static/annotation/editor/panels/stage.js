/** What lies over the image: what to do next, short notices, loading, and the end. */
import { html, nothing } from "lit";
import { wayOf } from "@/editor/brush.js";
import { TOOLS } from "@/editor/labels.js";
import { icon } from "@/editor/panels/icon.js";

export function prompt(app) {
  const content = promptOf(app);
  return content ? html`<div class="ed-prompt">${content}</div>` : nothing;
}

function promptOf(app) {
  const { state, label } = app;
  if (state.ended) return null;
  if (state.pasting) {
    return html`${icon("copy")}<span>Click where the copy goes</span><kbd>Ctrl</kbd><span>+ click for several</span><kbd>Esc</kbd><span>leaves</span>`;
  }
  if (state.picked) {
    return html`${icon("category")}<b>Group: ${state.picked.size} chosen</b><span>Click its objects, then</span><kbd>G</kbd><span>makes it</span><kbd>Esc</kbd><span>leaves</span>`;
  }
  if (app.canvas?.redrawing) return redrawing(state.tool);
  const tool = TOOLS.find((entry) => entry.type === state.tool);
  if (tool && label) {
    const hint = tool.type === "mask" ? wayOf(app.brush.settings.way).hint : tool.hint;
    return html`<span class="ed-dot" style="background:${label.color}"></span><b>${label.name}</b><span>${hint}</span>
      ${state.sketch ? html`<kbd>Esc</kbd><span>cancels</span>` : nothing}`;
  }
  if (app.content.nothing_here) return nothingHere(app);
  if (app.content.starting_point && !state.selectedId) return startingPoint(app);
  if (app.review) return reviewing(app.review);
  if (!app.editable) return html`${icon("lock")}<span>${app.job.read_only_reason || "This job is read-only: it was submitted, or taken away."}</span>`;
  if (app.content.shapes.length || !state.lastTool) return null;
  return html`<span>Choose a tool on the left, or press</span><kbd>N</kbd><span>to draw.</span><kbd>E</kbd><span>says that nothing is here.</span>`;
}

/** A part of a polygon or a line is drawn again. */
const redrawing = (type) => html`${icon("pencil")}<b>Redraw</b><span>New points, then a point of the shape</span><kbd>Alt</kbd><span>other side</span>
  ${type === "polyline" ? html`<kbd>N</kbd><span>ends here</span>` : nothing}<kbd>Esc</kbd><span>as it was</span>`;

/** Buttons for hands without a keyboard, while something is begun that needs an end. */
export function hands(app) {
  const { commands, state } = app;
  const button = (name, command, kind = "") => html`<button class="btn ${kind}" @click=${() => { command(); app.focusCanvas(); }}>${name}</button>`;
  const leave = button("Cancel", () => commands.cancel());
  const parts = {
    sketch: () => html`${app.canvas.redrawing ? button("Other side", () => app.canvas.otherSide()) : nothing} ${state.sketch ? button("Last point back", () => commands.undoVertex()) : nothing} ${leave}
      ${state.sketch ? button("Finish", () => commands.finish(), "btn-primary") : nothing}`,
    paste: () => html`${leave} ${button("Put it here", () => commands.place(), "btn-primary")}`,
    group: () => html`${leave} ${button("Make the group", () => commands.group(), "btn-primary")}`,
  };
  const part = parts[app.mode];
  return part ? html`<div class="ed-hands" role="group" aria-label="Finish or cancel">${part()}</div>` : nothing;
}

function reviewing({ state }) {
  if (state.placing) return html`${icon("message")}<b>Open an issue</b><span>Click the place, or drag a rectangle.</span><kbd>Esc</kbd><span>cancels</span>`;
  return state.card ? null : html`${icon("eye")}<kbd>N</kbd><span>opens an issue at a place; right-click an object for one about it.</span>`;
}

function startingPoint(app) {
  if (!app.editable) return html`${icon("file")}<b>Starting point</b><span>These objects came from a file; nobody changed or confirmed them.</span>`;
  return html`${icon("file")}<b>Starting point: check and correct</b><kbd>E</kbd><span>says that it is right.</span>`;
}

function nothingHere(app) {
  if (!app.editable) return html`${icon("circle-dashed")}<b>Nothing here</b><span>The annotator says that this frame needs no object.</span>`;
  return html`${icon("circle-dashed")}<b>Nothing here</b><kbd>E</kbd><span>takes that back.</span><kbd>→</kbd><span>goes on.</span>`;
}

export function stageNotices(app) {
  const one = ({ level, text }) => html`<div class="ed-notice is-${level}">${icon(level === "info" ? "info-circle" : "alert-triangle")}
    <span>${text}</span></div>`;
  return html`<div class="ed-notices" role="status" aria-live="polite">${app.state.notices.map(one)}</div>`;
}

export function loading(app) {
  const { image, imageError } = app.state;
  if (image === "loading") {
    return html`<div class="ed-loading" role="status"><span class="spinner-border spinner-border-sm"></span> Loading the image…</div>`;
  }
  if (image !== "failed") return nothing;
  return html`<div class="ed-failed" role="alert"><p><b>This image could not be loaded.</b> ${imageError}</p>
    <button class="btn btn-primary" @click=${() => app.goTo(app.state.index)}>${icon("refresh")} Try again</button></div>`;
}

const ENDINGS = {
  submitted: ["circle-check", "Submitted", "Thank you. Your work is stored and can no longer be changed."],
  skipped: ["arrow-back-up", "You gave up this task", "Somebody else will get it."],
  over: ["hourglass", "Time is over", "This task is no longer yours, so it cannot be submitted. What was saved stays with the requester."],
};

export function ending(app) {
  const words = ENDINGS[app.state.ended];
  if (!words) return nothing;
  const [name, title, text] = words;
  const next = app.state.untold ? "The page around this one is not known here, so it could not be told: ask the requester for help."
    : app.parent.exists ? "The task page goes on by itself." : app.back ? "" : "You can close this page.";
  return html`<div class="ed-ending is-${app.state.ended}" role="alert"><div class="ed-ending-card">
    ${icon(name)}<h2>${title}</h2><p>${text} ${next}</p>
    ${app.back ? html`<a class="btn btn-primary mt-3" href=${app.back}>Back to the job</a>` : nothing}</div></div>`;
}
