/** What lies over the image: what to do next, short notices, loading, and the end. */
import { html, nothing } from "lit";
import { TOOLS } from "@/editor/labels.js";
import { icon } from "@/editor/panels/icon.js";

export function prompt(app) {
  const { state, label } = app;
  if (state.ended) return nothing;
  const tool = TOOLS.find((entry) => entry.type === state.tool);
  if (tool && label) {
    return html`<div class="ed-prompt"><span class="ed-dot" style="background:${label.color}"></span><b>${label.name}</b><span>${tool.hint}</span>
      ${state.sketch ? html`<kbd>Esc</kbd><span>cancels</span>` : nothing}</div>`;
  }
  if (app.context.mode === "review") return html`<div class="ed-prompt">${icon("eye")}<span>Review: you can look at everything; nothing can be changed here.</span></div>`;
  if (!app.editable) return html`<div class="ed-prompt">${icon("lock")}<span>This job is read-only: it was submitted, or taken away.</span></div>`;
  if (app.content.shapes.length || !state.lastTool) return nothing;
  return html`<div class="ed-prompt"><span>Choose a tool on the left, or press</span><kbd>N</kbd><span>to start drawing.</span></div>`;
}

export function stageNotices(app) {
  return html`<div class="ed-notices" role="status" aria-live="polite">
    ${app.state.notices.map((entry) => html`<div class="ed-notice is-${entry.level}">${icon(entry.level === "info" ? "info-circle" : "alert-triangle")}
      <span>${entry.text}</span></div>`)}</div>`;
}

export function loading(app) {
  const { image, imageError } = app.state;
  if (image === "loading") return html`<div class="ed-loading" role="status"><span class="spinner-border spinner-border-sm"></span> Loading the image…</div>`;
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
  const framed = app.parent.exists ? "The task page goes on by itself." : "You can close this page.";
  return html`<div class="ed-ending is-${app.state.ended}" role="alert"><div class="ed-ending-card">${icon(name)}<h2>${title}</h2><p>${text} ${framed}</p></div></div>`;
}
