/** The top line: what this is, what it pays, how long is left, whether it is saved, and the ways out. */
import { html, nothing } from "lit";
import { clockText } from "@/editor/deadline.js";
import { icon } from "@/editor/panels/icon.js";

const SAVE_ICON = { saved: "check", waiting: "refresh", saving: "refresh", failed: "cloud-off", conflict: "alert-triangle", read_only: "lock" };
const NOT_SAVED = ["failed", "conflict", "read_only"];

export function bar(app) {
  const { context, job, state } = app;
  const title = context.title || job.task_name;
  return html`<header class="ed-bar">
    ${app.back ? html`<a class="btn btn-icon btn-sm btn-ghost-secondary" href=${app.back} aria-label="Back to the job" title="Back to the job">
      ${icon("arrow-left")}</a>` : nothing}
    <h1 class="ed-title" title=${title}>${title}</h1>
    ${context.mode === "review" ? html`<span class="badge bg-azure-lt">Review</span>` : nothing}
    ${context.mode === "correction" ? html`<span class="badge bg-orange-lt" title="What was submitted stays on record">Fixing</span>` : nothing}
    ${context.price ? html`<span class="ed-fact" title="Paid when your work is accepted">${icon("coin")}<b>${money(context)}</b></span>` : nothing}
    ${app.deadline.exists && !state.ended ? clock(app) : nothing}
    ${saveState(app)}
    <span class="ed-space"></span>
    ${app.guide ? secondary({ name: "Instructions", sign: "book", onClick: () => app.openGuide() }) : nothing}
    ${secondary({ name: "Keys", sign: "keyboard", title: "Keys (F1)", onClick: () => app.commands.help() })}
    ${context.can_skip && app.editable ? secondary({ name: "Give up", sign: "flag", title: "Give up this task", kind: "btn-outline-secondary",
      off: Boolean(state.busy), onClick: () => app.set({ dialog: { kind: "skip" } }) }) : nothing}
    ${context.can_submit && app.editable ? submit(app) : nothing}
    ${context.mode === "correction" && app.back ? finish(app) : nothing}
  </header>`;
}

/** A button that keeps only its icon in narrow windows. */
const secondary = ({ name, sign, title = name, kind = "btn-ghost-secondary", off = false, onClick }) => html`
  <button class="btn btn-sm ${kind}" aria-label=${name} title=${title} ?disabled=${off} @click=${onClick}>${icon(sign)}<span>${name}</span></button>`;

const submit = (app) => html`<button class="btn btn-sm btn-primary ed-submit" ?disabled=${Boolean(app.state.busy)} @click=${() => app.finish.ask()}>
  ${icon("send")}<b>${app.state.busy === "submit" ? "Submitting…" : "Submit"}</b></button>`;

const finish = (app) => html`<button class="btn btn-sm btn-primary ed-submit" title="Back to the job: accept, keep, or throw away" ?disabled=${Boolean(app.state.busy)}
  @click=${() => app.finish.leave()}>${icon("check")}<b>Finish</b></button>`;

/** "$0.05", and where the browser does not know the currency "0.05 XYZ". */
export function money({ price, currency }) {
  const digits = Math.max(2, (String(price).split(".")[1] ?? "").replace(/0+$/, "").length);
  try {
    const style = { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: digits };
    return new Intl.NumberFormat("en-US", style).format(Number(price));
  } catch {
    return `${price} ${currency ?? ""}`.trim(); // an unknown currency code makes Intl throw
  }
}

function clock(app) {
  return html`<span class="ed-fact ed-clock is-${app.deadline.level}" role="timer" title="Time left to submit">${icon("clock")}
    <b>${clockText(app.deadline.secondsLeft)}</b></span>`;
}

function saveState(app) {
  const { save } = app.state;
  if (!app.editable && save.kind === "saved") return nothing;
  return html`<span class="ed-save is-${save.kind}" role="status" aria-live="polite" title=${save.text}>${icon(SAVE_ICON[save.kind])}
    <span>${NOT_SAVED.includes(save.kind) ? "Not saved" : save.text}</span></span>`;
}

/** The whole sentence when something is not saved. */
export function banner(app) {
  const { save } = app.state;
  if (!NOT_SAVED.includes(save.kind)) return nothing;
  return html`<div class="ed-banner" role="alert">${icon("cloud-off")}<span>${save.text}</span>
    ${save.kind === "failed" ? html`<button class="btn btn-sm" @click=${() => app.saver.flush()}>Try now</button>` : nothing}
    ${save.kind === "conflict" ? html`<button class="btn btn-sm" @click=${() => app.saver.askAgain()}>Choose</button>` : nothing}</div>`;
}
