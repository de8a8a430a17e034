/** The strip of thumbnails under the image. Only what is in view is in the page, and it draws itself: scrolling draws nothing else again. */
import { classMap, html, nothing, render } from "lit";
import { icon } from "@/editor/panels/icon.js";
import { stateOf, WORDS } from "@/editor/progress.js";
import { scrolledTo, visibleRange } from "@/editor/thumbnails.js";

/** Pixels an item takes, its gap included; the same as --ed-thumb in the style sheet. */
const ITEM = 104;
const MARKS = { done: "check", nothing: "circle-dashed", start: "file" };
const KEYS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };

export class Strip {
  #shown = null;
  #element = null;

  /** @param {import("../app.js").App} app @param {import("../thumbnails.js").Thumbnails} thumbnails */
  constructor(app, thumbnails) { Object.assign(this, { app, thumbnails }); }

  /** Draws into the element, if the strip is open. Called after each drawing of the panels. */
  draw(element = this.#element) {
    if (element !== this.#element) {
      this.#element = element;
      this.#shown = null;
      element?.addEventListener("scroll", () => this.#paint(), { passive: true });
      if (element) new ResizeObserver(() => this.#paint()).observe(element);
    }
    if (!element) return;
    if (this.#shown !== this.app.state.index) {
      // The spacer must be as wide as it will be before it can be scrolled.
      this.#paint();
      this.#shown = this.app.state.index;
      element.scrollLeft = scrolledTo(this.#shown, this.app.frames.length, ITEM, element.scrollLeft, element.clientWidth);
    }
    this.#paint();
  }

  /** The key of the strip itself: frames, one or ten on, first and last. */
  onKey(event) {
    const step = KEYS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const last = this.app.frames.length - 1;
    this.app.goTo(Math.min(Math.max(this.app.state.index + step, 0), last));
  }

  #paint() {
    const element = this.#element;
    if (!element?.isConnected) return;
    const { app, thumbnails } = this;
    const [first, last] = visibleRange(app.frames.length, ITEM, element.scrollLeft, element.clientWidth);
    const places = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    // The image of the frame itself goes first: nothing is asked for while that is on its way.
    if (app.state.image !== "loading") thumbnails.want(places.map((place) => app.frames[place].number));
    render(html`<div class="ed-strip-all" role="presentation" style="width:${app.frames.length * ITEM}px">${places.map((place) => this.#item(place))}</div>`, element);
  }

  #item(place) {
    const { app, thumbnails } = this;
    const frame = app.frames[place];
    const state = stateOf(app.store.frame(frame.number));
    const address = thumbnails.address(frame.number);
    const here = place === app.state.index;
    return html`<div class=${classMap({ "ed-thumb": true, [`is-${state}`]: true })} role="option" id=${`ed-thumb-${place}`} aria-selected=${String(here)}
      aria-posinset=${place + 1} aria-setsize=${app.frames.length} aria-label=${`Frame ${place + 1}, ${frame.name}, ${WORDS[state]}`}
      title=${`${frame.name} (${WORDS[state]})`} style="left:${place * ITEM}px" @click=${() => app.goTo(place)}>
      ${address ? html`<img src=${address} alt="" draggable="false">` : html`<span class="ed-thumb-none">${icon(thumbnails.failed(frame.number) ? "alert-circle" : "photo")}</span>`}
      <span class="ed-thumb-number">${place + 1}</span>
      ${state === "open" ? nothing : html`<span class="ed-thumb-mark">${icon(MARKS[state])}</span>`}</div>`;
  }
}

/** The place for the strip in the layout. */
export function stripPlace(app) {
  if (!app.stripOpen) return nothing;
  return html`<div class="ed-strip" role="listbox" tabindex="0" aria-label="Frames" aria-orientation="horizontal"
    aria-activedescendant=${`ed-thumb-${app.state.index}`} @keydown=${(event) => app.strip.onKey(event)}></div>`;
}
