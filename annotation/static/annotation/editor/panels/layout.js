/** The screen as a whole. Panels are functions from the app to a template; only events lead back. */
import { classMap, html, nothing } from "lit";
import { bar, banner } from "@/editor/panels/bar.js";
import { player } from "@/editor/panels/player.js";
import { toolbar } from "@/editor/panels/tools.js";
import { side } from "@/editor/panels/side.js";
import { card, issues } from "@/editor/panels/issues.js";
import { dialog } from "@/editor/panels/dialogs.js";
import { menu } from "@/editor/panels/menu.js";
import { brushBar } from "@/editor/panels/brush.js";
import { picturePanel } from "@/editor/panels/picture.js";
import { stripPlace } from "@/editor/panels/strip.js";
import { ending, hands, prompt, stageNotices, loading } from "@/editor/panels/stage.js";

/** Where the canvas stands; any new drawing of the panels may have moved it. */
let place = null;

export function layout(app) {
  place = null;
  const { state } = app;
  return html`
    <div data-mode=${app.mode} class=${classMap({ ed: true, "ed-no-side": !state.side, "is-read-only": !app.editable })}>
      ${bar(app)} ${banner(app)} ${player(app)}
      <div class="ed-body">
        ${app.editable ? toolbar(app) : nothing}
        <main class="ed-stage">
          <div class="ed-canvas" tabindex="0" role="application" @pointermove=${crosshair}
            @pointerleave=${(event) => event.currentTarget.classList.remove("has-pointer")}
            aria-label=${`Image ${app.frame?.name ?? ""}, ${app.frame?.width} × ${app.frame?.height}. Objects are listed in the panel beside it. F1 lists the keys.`}></div>
          <i class="ed-cross ed-cross-x" aria-hidden="true"></i><i class="ed-cross ed-cross-y" aria-hidden="true"></i>
          ${loading(app)} ${brushBar(app)} ${prompt(app)} ${hands(app)} ${stageNotices(app)} ${picturePanel(app)} ${card(app)} ${ending(app)}
        </main>
        ${!state.side ? nothing : app.review?.state.tab === "issues" ? issues(app) : side(app)}
      </div>
      ${stripPlace(app)} ${menu(app)}
      <div class="ed-said visually-hidden" role="status" aria-live="polite">${state.said}</div>
      ${dialog(app)}
    </div>`;
}

/** Two thin lines through the pointer while drawing, moved by transform: no new drawing of the panels, no layout. */
function crosshair(event) {
  const canvas = event.currentTarget;
  const [horizontal, vertical] = [canvas.nextElementSibling, canvas.nextElementSibling.nextElementSibling];
  place ??= canvas.getBoundingClientRect();
  canvas.classList.add("has-pointer");
  horizontal.style.transform = `translateY(${event.clientY - place.top}px)`;
  vertical.style.transform = `translateX(${event.clientX - place.left}px)`;
}
