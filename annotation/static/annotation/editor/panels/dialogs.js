/** The one window over the editor: instructions, keys, and questions before something that cannot be taken back. */
import { html, nothing, unsafeHTML } from "lit";
import { KEYS } from "@/editor/keys.js";
import { icon } from "@/editor/panels/icon.js";

/** Questions that need an answer: Esc and a click beside them do not close them. */
const FIRM = new Set(["conflict", "draft"]);

export function dialog(app) {
  const open = app.state.dialog;
  const content = open ? KINDS[open.kind](app, open) : nothing;
  const dismiss = (event) => {
    event.preventDefault();
    if (open && !FIRM.has(open.kind)) app.set({ dialog: null });
  };
  return html`<dialog class="ed-dialog is-${open?.kind ?? "none"}" aria-labelledby="ed-dialog-title" @cancel=${dismiss}
    @click=${(event) => { if (event.target === event.currentTarget) dismiss(event); }}>${content}</dialog>`;
}

const close = (app) => () => app.set({ dialog: null });
const frame = (title, body, foot) => html`<div class="ed-dialog-box"><h2 id="ed-dialog-title">${title}</h2><div class="ed-dialog-body">${body}</div>
  <div class="ed-dialog-foot">${foot}</div></div>`;

const KINDS = {
  guide: (app, { first }) => frame(html`${icon("book")} Instructions`, html`<div class="markdown">${unsafeHTML(app.guide)}</div>`,
    html`<button class="btn btn-primary" autofocus @click=${close(app)}>${first ? "Start annotating" : "Close"}</button>`),

  keys: (app) => frame(html`${icon("keyboard")} Keys and mouse`, keys(), html`<button class="btn btn-primary" autofocus @click=${close(app)}>Close</button>`),

  submit: (app, { empty }) => frame(empty.length ? "Submit with empty images?" : "Submit this work?", empty.length ? emptyFrames(app, empty)
    : html`<p>Every image has something on it. After submitting you cannot change anything.</p>`,
    html`<button class="btn" @click=${close(app)}>Go back</button>
      <button class="btn btn-primary" autofocus @click=${() => app.finish.submit()}>${empty.length ? "Submit anyway" : "Submit"}</button>`),

  skip: (app) => frame("Give up this task?", html`<p>Your work on it is not paid and you may not get this task again.</p>`,
    html`<button class="btn" autofocus @click=${close(app)}>Keep working</button><button class="btn btn-danger" @click=${() => app.finish.skip()}>Give up</button>`),

  conflict: (app, { frames, resolve }) => {
    const choose = (choice) => () => { app.set({ dialog: null }); resolve(choice); };
    return frame("Changed in two places", html`<p>${frames.length === 1 ? "Image" : "Images"} ${places(app, frames)} ${frames.length === 1 ? "was" : "were"} also saved from
      somewhere else, perhaps another tab, since you opened this page. Which version stays?</p>`,
      html`<button class="btn" @click=${choose("theirs")}>Take the other version</button><button class="btn btn-primary" autofocus @click=${choose("mine")}>Keep mine</button>`);
  },

  draft: (app, { draft, frames, stale }) => frame("Work that was not saved", html`<p>This browser kept changes to ${frames.length === 1 ? "image" : "images"} ${places(app, frames)}
      from ${new Date(draft.saved_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })} that never reached the server.
      ${stale ? "The job was saved from somewhere else since: taking your changes back replaces what these images hold now." : ""}</p>`,
    html`<button class="btn" @click=${() => app.finish.discardDraft()}>Throw them away</button><button class="btn btn-primary" autofocus @click=${() => app.finish.restore()}>Take them back</button>`),
};

function emptyFrames(app, empty) {
  const count = empty.length === app.frames.length ? "There is nothing on any image yet."
    : empty.length === 1 ? "One image has nothing on it." : `${empty.length} of ${app.frames.length} images have nothing on them.`;
  const show = (entry) => () => { app.set({ dialog: null }); app.goToNumber(entry.number); };
  return html`<p>${count} That is right only if there is nothing to mark there. Have another look:</p>
    <div class="ed-empty-frames">${empty.slice(0, 40).map((entry) => html`<button class="btn btn-sm" aria-label=${`Go to frame ${app.frames.indexOf(entry) + 1}`}
      @click=${show(entry)}>${app.frames.indexOf(entry) + 1}</button>`)}${empty.length > 40 ? html`<span>and ${empty.length - 40} more</span>` : nothing}</div>`;
}

const places = (app, numbers) => numbers.map((number) => app.frames.findIndex((entry) => entry.number === number) + 1).join(", ");

const MOUSE = [["Wheel", "Zoom at the pointer"], ["Drag beside objects, middle button, or Space + drag", "Move the image"], ["Drag an object", "Move it"],
  ["Drag a square or a dot", "Change its size, or one point"], ["Drag a small dot", "Add a point there"], ["Alt + click a dot", "Delete that point"]];

function keys() {
  const groups = [...new Set(KEYS.map((entry) => entry.group))];
  const rows = (group) => KEYS.filter((entry) => entry.group === group && !/^label[2-9]$/.test(entry.command));
  const shown = (entry) => (entry.command === "label1" ? ["Ctrl+1 … 9"] : entry.keys);
  const what = (entry) => (entry.command === "label1" ? "Use this label, also for the selected object" : entry.what);
  return html`<div class="ed-keys">${groups.map((group) => html`<section><h3>${group}</h3><dl>${rows(group).map((entry) => html`
    <div><dt>${shown(entry).map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${what(entry)}</dd></div>`)}</dl></section>`)}
    <section><h3>Mouse</h3><dl>${MOUSE.map(([keyName, text]) => html`<div><dt>${keyName}</dt><dd>${text}</dd></div>`)}</dl></section></div>`;
}
