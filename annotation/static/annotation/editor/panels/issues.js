/** Review mode: the list of issues beside the image, the thread of the selected one, and the card of a new one over the image. */
import { classMap, html, live, nothing, repeat } from "lit";
import { LONGEST_MESSAGE, stateOf } from "@/editor/issues.js";
import { icon } from "@/editor/panels/icon.js";

/** Screen pixels of the card, so that it stays inside the image's window; as in review.css. */
const CARD = { width: 296, height: 236, gap: 18, edge: 8 };
const STATE_WORDS = { open: "open", earlier: "open, about an earlier attempt", resolved: "resolved" };

/** Which of the two lists the panel shows. */
export function tabs(app) {
  const { review } = app;
  const open = review.state.issues.filter((issue) => !issue.resolved).length;
  const one = (tab, name, count) => html`<button class="ed-tab" role="tab" aria-selected=${String(review.state.tab === tab)}
    @click=${() => review.set({ tab })}>${name} <span class="badge bg-secondary-lt">${count}</span></button>`;
  return html`<div class="ed-tabs" role="tablist" aria-label="What the panel shows">
    ${one("issues", "Issues", open)} ${one("objects", "Objects", app.content.shapes.length)}</div>`;
}

export function issues(app) {
  const { review } = app;
  return html`<aside class="ed-side" aria-label="Issues">${tabs(app)} ${tools(review)} ${content(app)}</aside>`;
}

function tools(review) {
  const { placing, hideResolved, issues: all } = review.state;
  const arrow = (name, sign, step) => html`<button class="btn btn-icon btn-sm btn-ghost-secondary" aria-label=${name} title=${name} ?disabled=${!all.length}
    @click=${step}>${icon(sign)}</button>`;
  return html`<div class="ed-issue-tools">
    <button class="btn btn-sm ${placing ? "btn-primary" : ""}" aria-pressed=${String(placing)} title="Open an issue (N)" @click=${() => review.togglePlacing()}>
      ${icon("plus")}Open an issue</button>
    <span class="ed-space"></span>
    ${arrow("Previous issue (,)", "chevron-left", () => review.previousIssue())} ${arrow("Next issue (.)", "chevron-right", () => review.nextIssue())}
    <label class="form-check"><input class="form-check-input" type="checkbox" .checked=${live(hideResolved)}
      @change=${() => review.toggleResolved()}><span class="form-check-label">Hide resolved</span></label></div>`;
}

function content(app) {
  const { review } = app;
  const { loading, error, issues: all } = review.state;
  if (loading === "loading") return html`<p class="ed-empty ed-issue-none" role="status">Loading the issues…</p>`;
  if (loading === "failed") {
    return html`<div class="ed-issue-none" role="alert"><p><b>The issues could not be loaded.</b> ${error}</p>
      <button class="btn btn-sm" @click=${() => review.load()}>${icon("refresh")}Try again</button></div>`;
  }
  if (!all.length) {
    return html`<div class="ed-issue-none"><p><b>No issues yet.</b></p><p>Press <kbd>N</kbd> and click the place or drag a rectangle, or right-click an object.
      Issues can be ticked as reasons when you reject.</p></div>`;
  }
  if (!review.shown.length) return html`<p class="ed-empty ed-issue-none">All ${all.length} issues are resolved and hidden.</p>`;
  const frames = [...new Set(review.shown.map((issue) => issue.frame))];
  return html`<div class="ed-issue-list">${repeat(frames, (number) => number, (number) => frame(app, number))}</div>`;
}

function frame(app, number) {
  const place = app.frames.findIndex((entry) => entry.number === number);
  const here = app.frame.number === number;
  const own = app.review.shown.filter((issue) => issue.frame === number);
  return html`<section class=${classMap({ "ed-issue-frame": true, "is-here": here })}>
    <h2><button title=${`Go to ${app.frames[place]?.name ?? "this frame"}`} @click=${() => app.goTo(place)}>Frame ${place + 1}</button>
      <span>${app.frames[place]?.name ?? ""}</span></h2>
    ${repeat(own, (issue) => issue.id, (issue) => row(app, issue))}</section>`;
}

function row(app, issue) {
  const { review } = app;
  const selected = review.state.selectedId === issue.id;
  const [first, ...more] = issue.comments;
  const name = `Issue ${review.number(issue)}, ${STATE_WORDS[stateOf(issue)]}: ${first?.message ?? ""}`;
  return html`<article data-issue=${issue.id} class=${classMap({ "ed-issue": true, "is-selected": selected, [`is-${stateOf(issue)}`]: true })}>
    <button class="ed-issue-main" aria-label=${name} aria-expanded=${String(selected)} @click=${() => review.jump(issue)}>
      <span class="ed-pin">${issue.resolved ? icon("check") : review.number(issue)}</span>
      <span class="ed-issue-text"><span class=${selected ? "" : "ed-issue-words"}>${selected ? about(app, issue) : first?.message}</span>
        ${selected ? nothing : html`<small>${about(app, issue)}${more.length ? ` · ${more.length} more` : ""}</small>`}</span></button>
    ${selected ? thread(app, issue) : nothing}</article>`;
}

/** What it is pinned to, whether it is settled, and whose work it was about. */
function about(app, issue) {
  const shape = app.review.shapeOf(issue);
  const pinned = issue.shape_id === null ? "" : shape && !issue.earlier ? app.labelsById.get(shape.label_id)?.name ?? "object" : "an object that is gone";
  return [issue.owner, pinned && `about ${pinned}`, issue.earlier && "earlier attempt", issue.resolved && "resolved"].filter(Boolean).join(" · ");
}

function thread(app, issue) {
  const { review } = app;
  const { busy, asked, replies } = review.state;
  const reply = replies[issue.id] ?? "";
  const type = (event) => review.set({ replies: { ...replies, [issue.id]: event.target.value } });
  return html`<div class="ed-thread">
    ${repeat(issue.comments, (comment) => comment.id, (comment) => said(review, issue, comment))}
    <textarea class="form-control" rows="2" maxlength=${LONGEST_MESSAGE} aria-label=${`Comment on issue ${review.number(issue)}`} placeholder="Add a comment…" .value=${live(reply)} @input=${type}
      @keydown=${sending(() => review.answer(issue), () => app.focusCanvas())}></textarea>
    <div class="ed-thread-foot">
      <button class="btn btn-sm" ?disabled=${busy || !reply.trim()} @click=${() => review.answer(issue)}>Comment</button>
      <button class="btn btn-sm ${issue.resolved ? "" : "btn-success"}" ?disabled=${busy} title=${issue.resolved ? "Reopen (R)" : "Resolve (R)"}
        @click=${() => review.settle(issue)}>${icon(issue.resolved ? "refresh" : "check")}${issue.resolved ? "Reopen" : "Resolve"}</button>
      <span class="ed-space"></span>
      ${issue.may_delete && asked !== issue.id ? html`<button class="btn btn-icon btn-sm btn-ghost-danger" aria-label="Delete this issue" title="Delete this issue"
        @click=${() => review.remove(issue)}>${icon("trash")}</button>` : nothing}</div>
    ${asked === issue.id ? html`<div class="ed-thread-ask" role="alert"><span>Delete it with ${issue.comments.length === 1 ? "its comment" : `its ${issue.comments.length} comments`}?</span>
      <button class="btn btn-sm" @click=${() => review.set({ asked: null })}>Keep</button>
      <button class="btn btn-sm btn-danger" ?disabled=${busy} @click=${() => review.remove(issue)}>Delete</button></div>` : nothing}</div>`;
}

function said(review, issue, comment) {
  if (review.state.editing === comment.id) return editing(review, comment);
  const edit = () => review.set({ editing: comment.id, draft: comment.message });
  return html`<div class="ed-comment"><header><b>${comment.owner}</b> <time datetime=${comment.created_date}>${moment(comment.created_date)}</time>
      ${comment.edited ? html`<i>edited</i>` : nothing}<span class="ed-space"></span>
      ${comment.own ? html`<button aria-label="Edit this comment" title="Edit" @click=${edit}>${icon("pencil")}</button>` : nothing}
      ${comment.own && issue.comments.length > 1 ? html`<button aria-label="Delete this comment" title="Delete" @click=${() => review.takeBack(comment)}>
        ${icon("x")}</button>` : nothing}</header>
    <p>${comment.message}</p></div>`;
}

function editing(review, comment) {
  const stop = () => review.set({ editing: null });
  return html`<div class="ed-comment"><textarea class="form-control" rows="3" maxlength=${LONGEST_MESSAGE} aria-label="Edit the comment" .value=${live(review.state.draft)}
      @input=${(event) => review.set({ draft: event.target.value })} @keydown=${sending(() => review.saveEdit(comment), stop)}></textarea>
    <div class="ed-thread-foot"><button class="btn btn-sm btn-primary" ?disabled=${!review.state.draft.trim() || review.state.busy} @click=${() => review.saveEdit(comment)}>
      Save</button><button class="btn btn-sm" @click=${stop}>Cancel</button></div></div>`;
}

/** Enter sends, Shift+Enter is a new line, Esc leaves. */
const sending = (send, leave) => (event) => {
  if (event.isComposing || (event.key !== "Escape" && (event.key !== "Enter" || event.shiftKey))) return;
  event.preventDefault();
  event.stopPropagation();
  if (event.key === "Escape") leave();
  else send();
};

const moment = (time) => new Date(time).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

/** The new issue, beside its place. */
export function card(app) {
  const { review } = app;
  const open = review?.state.card;
  if (!open || open.frame !== app.frame.number) return nothing;
  const { left, top } = beside(app, open.position);
  const change = (event) => review.set({ card: { ...open, text: event.target.value } });
  return html`<form class="ed-card" role="dialog" aria-label="New issue" style="left:${left}px;top:${top}px" @submit=${(event) => { event.preventDefault(); review.submit(); }}>
    <header><b>New issue</b>${open.label ? html`<span>about ${open.label}</span>` : nothing}<span class="ed-space"></span>
      <button type="button" class="btn btn-icon btn-sm btn-ghost-secondary" aria-label="Cancel" title="Cancel (Esc)" @click=${() => review.cancel()}>${icon("x")}</button></header>
    <div class="ed-quick" role="group" aria-label="Quick issues">${review.texts.all.map((text) => html`<button type="button" class="btn btn-sm" title=${text}
      ?disabled=${review.state.busy} @click=${() => review.submit(text)}>${text}</button>`)}</div>
    <textarea class="form-control" rows="2" maxlength=${LONGEST_MESSAGE} aria-label="What is wrong here?" placeholder="What is wrong here?" .value=${live(open.text)} @input=${change}
      @keydown=${sending(() => review.submit(), () => review.cancel())}></textarea>
    ${open.error ? html`<p class="ed-card-error" role="alert">${open.error}</p>` : nothing}
    <footer><span>Enter sends</span><span class="ed-space"></span><button class="btn btn-sm btn-primary" ?disabled=${review.state.busy}>${review.state.busy ? "Saving…" : "Open issue"}</button></footer></form>`;
}

/** Right of the place, or left of it where there is more room; inside the stage. */
function beside(app, position) {
  const { clientWidth, clientHeight } = app.canvas.element;
  const [x1, y1] = app.review.pins.pixel(position) ?? [CARD.edge, CARD.edge];
  const [x2] = (position.length > 2 && app.review.pins.pixel(position.slice(2))) || [x1];
  const right = x2 + CARD.gap;
  const left = right + CARD.width + CARD.edge <= clientWidth ? right : x1 - CARD.gap - CARD.width;
  const within = (value, room) => Math.round(Math.max(CARD.edge, Math.min(value, room - CARD.edge)));
  return { left: within(left, clientWidth - CARD.width), top: within(y1, clientHeight - CARD.height) };
}
