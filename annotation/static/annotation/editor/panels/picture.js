/** The window with the picture's settings: sliders write to the page's style directly, so that no panel and no shape is drawn again. */
import { html, live, nothing } from "lit";
import { SLIDERS } from "@/editor/picture.js";
import { icon } from "@/editor/panels/icon.js";

const KEYS = { brightness: "Shift+B", contrast: "Shift+C", saturation: "Shift+S" };

export function picturePanel(app) {
  if (!app.state.picture) return nothing;
  const { look } = app.picture;
  return html`<section class="ed-picture" role="dialog" aria-label="Picture">
    <header><h2>Picture</h2><button class="btn btn-icon btn-sm btn-ghost-secondary" aria-label="Close" title="Close (Esc)"
      @click=${() => app.commands.picture()}>${icon("x")}</button></header>
    ${SLIDERS.map((slider) => html`<label class="ed-picture-row" title=${KEYS[slider.name] ? `${KEYS[slider.name]} and + or -` : nothing}>
      <span>${slider.title}</span>
      <input class="form-range" type="range" aria-label=${slider.title} min=${slider.low} max=${slider.high} step="5" name=${slider.name} .value=${live(String(look[slider.name]))}
        aria-valuetext=${live(`${look[slider.name]} per cent`)} @input=${(event) => move(app, slider.name, event.target)}>
      <output .textContent=${live(`${look[slider.name]} %`)}></output></label>`)}
    <div class="ed-picture-ticks">
      ${tick(app, "crosshair", "Crosshair while drawing")} ${tick(app, "smooth", "Smooth when zoomed in")}</div>
    <footer><button class="btn btn-sm" @click=${() => app.commands.resetPicture()}>${icon("refresh")} Reset</button></footer>
  </section>`;
}

/** Only the number beside the slider changes in the page. */
function move(app, name, input) {
  app.picture.set({ [name]: Number(input.value) });
  input.setAttribute("aria-valuetext", `${input.value} per cent`);
  input.nextElementSibling.textContent = `${input.value} %`;
}

const tick = (app, name, title) => html`<label class="form-check"><input class="form-check-input" type="checkbox"
  .checked=${live(app.picture.look[name])} @change=${(event) => app.setLook({ [name]: event.target.checked })}>
  <span class="form-check-label">${title}</span></label>`;
