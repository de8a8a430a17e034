/** The one window over the editor: instructions, keys, and questions before something that cannot be taken back. */
import { html, live, nothing, unsafeHTML } from "lit";
import { KEYS } from "@/editor/keys.js";
import { icon } from "@/editor/panels/icon.js";
import { propagateDialog } from "@/editor/panels/propagate.js";
import { keysOfReview, MOUSE_OF_REVIEW } from "@/editor/review.js";
import { matching, stateOf, WORDS } from "@/editor/progress.js";

/** Questions that need an answer: Esc and a click beside them do not close them. */
const FIRM = new Set(["conflict", "draft"]);
const FEW = 40;

export function dialog(app) {
  const open = app.state.dialog;
  const dismiss = (event) => {
    event.preventDefault();
    if (open && !FIRM.has(open.kind)) app.set({ dialog: null });
  };
  const beside = (event) => { if (event.target === event.currentTarget) dismiss(event); };
  return html`<dialog class="ed-dialog is-${open?.kind ?? "none"}" aria-labelledby="ed-dialog-title" @cancel=${dismiss} @click=${beside}>
    ${open ? KINDS[open.kind](app, open) : nothing}</dialog>`;
}

const frame = (title, body, foot) => html`<div class="ed-dialog-box"><h2 id="ed-dialog-title">${title}</h2>
  <div class="ed-dialog-body">${body}</div><div class="ed-dialog-foot">${foot}</div></div>`;
const plain = (text, onClick) => html`<button class="btn" @click=${onClick}>${text}</button>`;
const main = (text, onClick) => html`<button class="btn btn-primary" autofocus @click=${onClick}>${text}</button>`;
const closing = (app) => () => app.set({ dialog: null });

const KINDS = {
  guide: (app, { first }) => frame(html`${icon("book")} Instructions`, html`<div class="markdown">${unsafeHTML(app.guide)}</div>`,
    main(first ? "Start annotating" : "Close", closing(app))),

  keys: (app) => frame(html`${icon("keyboard")} Keys and mouse`, app.review ? keys(keysOfReview(KEYS), MOUSE_OF_REVIEW, []) : keys(KEYS, MOUSE, TOUCH), main("Close", closing(app))),

  propagate: (app, open) => {
    const { title, body, foot } = propagateDialog(app, open);
    return frame(title, body, foot);
  },

  submit: (app, { empty }) => frame(empty.length ? "Submit with unfinished images?" : "Submit this work?",
    empty.length ? emptyFrames(app, empty) : html`<p>Every image has something on it, or is marked as "nothing here". After submitting you cannot change anything.</p>`,
    html`${plain("Go back", closing(app))} ${main(empty.length ? "Submit anyway" : "Submit", () => app.finish.submit())}`),

  goto: (app, { text }) => {
    const found = matching(app.frames, text);
    const go = (index) => () => { app.set({ dialog: null }); app.goTo(index); };
    const key = (event) => {
      // What stands in the field counts: the list below may be one drawing behind quick fingers.
      const [first] = event.key === "Enter" ? matching(app.frames, event.target.value, 1) : [];
      if (first !== undefined) go(first)();
    };
    return frame("Go to frame", html`<input class="form-control" type="text" autocomplete="off" autofocus aria-label="Number or name of a frame"
        placeholder=${`1 to ${app.frames.length}, or a part of its name`} .value=${live(text)} @keydown=${key}
        @input=${(event) => app.set({ dialog: { kind: "goto", text: event.target.value } })}>
      <div class="ed-found" role="list">${found.map((index) => foundFrame(app, index, go(index)))}</div>
      <p class="ed-empty" role="status">${found.length ? "" : "No frame of this job has this number or name."}</p>`, plain("Close", closing(app)));
  },

  skip: (app) => frame("Give up this task?", html`<p>Your work on it is not paid and you may not get this task again.</p>`,
    html`<button class="btn" autofocus @click=${closing(app)}>Keep working</button>
      <button class="btn btn-danger" @click=${() => app.finish.skip()}>Give up</button>`),

  conflict: (app, { frames, resolve }) => {
    const choose = (choice) => () => { app.set({ dialog: null }); resolve(choice); };
    return frame("Changed in two places", html`<p>${images(app, frames)} ${frames.length === 1 ? "was" : "were"} also saved from somewhere else,
      perhaps another tab, since you opened this page. Which version stays?</p>`,
    html`${plain("Take the other version", choose("theirs"))} ${main("Keep mine", choose("mine"))}`);
  },

  draft: (app, { draft, frames, stale }) => frame("Work that was not saved", html`<p>This browser kept changes from ${moment(draft.saved_at)}
      that never reached the server: ${images(app, frames).toLowerCase()}.
      ${stale ? "The job was saved from somewhere else since: taking your changes back replaces what is there now." : ""}</p>`,
  html`${plain("Throw them away", () => app.finish.discardDraft())} ${main("Take them back", () => app.finish.restore())}`),
};

const moment = (time) => new Date(time).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

function images(app, numbers) {
  const places = numbers.map((number) => app.frames.findIndex((entry) => entry.number === number) + 1);
  return `${places.length === 1 ? "Image" : "Images"} ${places.join(", ")}`;
}

function emptyFrames(app, empty) {
  const starts = empty.filter((entry) => app.store.frame(entry.number).starting_point);
  const bare = empty.length - starts.length;
  const count = !bare ? "" : bare === app.frames.length ? "There is nothing on any image yet."
    : bare === 1 ? "One image has nothing on it." : `${bare} of ${app.frames.length} images have nothing on them.`;
  const show = (entry) => () => { app.set({ dialog: null }); app.goToNumber(entry.number); };
  const place = (entry) => app.frames.indexOf(entry) + 1;
  return html`${starts.length ? html`<p><b>${starts.length === 1 ? "One image is" : `${starts.length} images are`} as the file left ${starts.length === 1 ? "it" : "them"}:</b>
      you changed nothing and did not say that it is right. Check every object, and press <kbd>E</kbd> where all is right.</p>` : nothing}
    ${bare ? html`<p>${count} That is right only if there is nothing to mark there. Have another look, and press
      <kbd>E</kbd> where nothing is there:</p>` : nothing}
    <div class="ed-empty-frames">
      ${empty.slice(0, FEW).map((entry) => html`<button class="btn btn-sm" aria-label=${`Go to frame ${place(entry)}`} @click=${show(entry)}>
        ${place(entry)}</button>`)}
      ${empty.length > FEW ? html`<span>and ${empty.length - FEW} more</span>` : nothing}</div>`;
}

const foundFrame = (app, index, onClick) => html`<button role="listitem" class="ed-found-frame" @click=${onClick}><b>${index + 1}</b>
  <span>${app.frames[index].name}</span><i>${WORDS[stateOf(app.store.frame(app.frames[index].number))]}</i></button>`;

const SIGNS = { ArrowRight: "→", ArrowLeft: "←", PageUp: "PgUp", PageDown: "PgDn", Delete: "Del", "Shift+Delete": "Shift+Del" };
const MOUSE = [["Wheel", "Zoom at the pointer"], ["Drag beside objects, middle button, or Space + drag", "Move the image"],
  ["Drag an object", "Move it"], ["Drag a square or a dot", "Change its size, or one point"], ["Drag a small dot", "Add a point there"],
  ["Alt + click a dot", "Delete that point"], ["Right click", "Menu of the object"]];
const TOUCH = [["One finger", "Draw with the chosen tool; move and change the selected object"], ["Two fingers", "Move the image and zoom"],
  ["Long press", "Menu of the object"], ["Pen", "As the mouse; fingers and palm rest while it is down"]];

function keys(table, mouse, touch) {
  const groups = [...new Set(table.map((entry) => entry.group))];
  const rows = (group) => table.filter((entry) => entry.group === group && !entry.hidden);
  const line = (left, right) => html`<div><dt>${left}</dt><dd>${right}</dd></div>`;
  const names = (entry) => (entry.shown ? [entry.shown] : entry.keys.map((key) => SIGNS[key] ?? key));
  const row = (entry) => line(names(entry).map((key) => html`<kbd>${key}</kbd> `), entry.what);
  return html`<div class="ed-keys">
    ${groups.map((group) => html`<section><h3>${group}</h3><dl>${rows(group).map(row)}</dl></section>`)}
    <section><h3>Mouse</h3><dl>${mouse.map(([hand, what]) => line(hand, what))}</dl></section>
    ${touch.length ? html`<section><h3>Touch and pen</h3><dl>${touch.map(([hand, what]) => line(hand, what))}</dl></section>` : nothing}</div>`;
}
