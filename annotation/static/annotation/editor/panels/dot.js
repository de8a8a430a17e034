/** A label's colour. */
import { html } from "lit";

export const dot = (label) => html`<span class="ed-dot" style="background:${label?.color ?? "#868e96"}"></span>`;
