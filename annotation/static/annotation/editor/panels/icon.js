import { html } from "lit";

let sprite = "";
/** @param {string} address of vendor/icons.svg */
export const useSprite = (address) => { sprite = address; };

/** A decorative icon: whatever holds it carries the accessible name. */
export const icon = (name) => html`<svg class="icon" aria-hidden="true" focusable="false"><use href="${sprite}#${name}"></use></svg>`;
