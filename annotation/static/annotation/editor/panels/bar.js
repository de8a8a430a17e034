/** The top line: what this is, what it pays, how long is left, whether it is saved, and the ways out. */
import { html, nothing } from "lit";
import { clockText } from "@/editor/deadline.js";
import { icon } from "@/editor/panels/icon.js";

const SAVE_ICON = { saved: "check", waiting: "refresh", saving: "refresh", failed: "cloud-off", conflict: "alert-triangle", read_only: "lock" };

export function bar(app) {
  const { context, job, state } = app;
  const title = context.title || job.task_name;
  return html`<header class="ed-bar">
    <h1 class="ed-title" title=${title}>${title}</h1>
    ${context.mode === "review" ? html`<span class="badge bg-azure-lt">Review</span>` : nothing}
    ${context.price ? html`<span class="ed-fact" title="Paid when your work is accepted">${icon("coin")}<b>${money(context)}</b></span>` : nothing}
    ${app.deadline.exists && !state.ended ? clock(app) : nothing}
    ${saveState(app)}
    <span class="ed-space"></span>
    ${app.guide ? html`<button class="btn btn-sm btn-ghost-secondary" @click=${() => app.openGuide()} aria-label="Instructions" title="Instructions">${icon("book")}<span>Instructions</span></button>` : nothing}
    <button class="btn btn-sm btn-ghost-secondary" @click=${() => app.commands.help()} aria-label="Keys" title="Keys (F1)">${icon("keyboard")}<span>Keys</span></button>
    ${context.can_skip && app.editable ? html`<button class="btn btn-sm btn-outline-secondary" ?disabled=${Boolean(state.busy)}
      @click=${() => app.set({ dialog: { kind: "skip" } })} aria-label="Give up" title="Give up this task">${icon("flag")}<span>Give up</span></button>` : nothing}
    ${context.can_submit && app.editable ? html`<button class="btn btn-sm btn-primary ed-submit" ?disabled=${Boolean(state.busy)}
      @click=${() => app.finish.ask()}>${icon("send")}<b>${state.busy === "submit" ? "Submitting…" : "Submit"}</b></button>` : nothing}
  </header>`;
}

/** "$0.05", and where the browser does not know the currency "0.05 XYZ". */
export function money({ price, currency }) {
  try {
    const digits = Math.max(2, (String(price).split(".")[1] ?? "").length);
    return new Intl.NumberFormat("en-US", { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: digits }).format(Number(price));
  } catch {
    return `${price} ${currency ?? ""}`.trim(); // an unknown currency code makes Intl throw
  }
}

function clock(app) {
  const left = app.deadline.secondsLeft;
  return html`<span class="ed-fact ed-clock is-${app.deadline.level}" role="timer" title="Time left to submit">${icon("clock")}<b>${clockText(left)}</b></span>`;
}

function saveState(app) {
  const { save } = app.state;
  if (!app.editable && save.kind === "saved") return nothing;
  const short = { failed: "Not saved", conflict: "Not saved", read_only: "Not saved" }[save.kind] ?? save.text;
  return html`<span class="ed-save is-${save.kind}" role="status" aria-live="polite" title=${save.text}>${icon(SAVE_ICON[save.kind])}<span>${short}</span></span>`;
}

/** The whole sentence when something is not saved. */
export function banner(app) {
  const { save } = app.state;
  if (!["failed", "conflict", "read_only"].includes(save.kind)) return nothing;
  return html`<div class="ed-banner" role="alert">${icon("cloud-off")}<span>${save.text}</span>
    ${save.kind === "failed" ? html`<button class="btn btn-sm" @click=${() => app.saver.flush()}>Try now</button>` : nothing}
    ${save.kind === "conflict" ? html`<button class="btn btn-sm" @click=${() => app.saver.askAgain()}>Choose</button>` : nothing}</div>`;
}
