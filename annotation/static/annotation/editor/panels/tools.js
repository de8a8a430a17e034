/** The tools on the left: only those that a label of this job allows. */
import { html } from "lit";
import { TOOLS } from "@/editor/labels.js";
import { icon } from "@/editor/panels/icon.js";

export function toolbar(app) {
  const { tool } = app.state;
  const one = (type, name, sign, title) => html`<button class="ed-tool" aria-pressed=${String(tool === type)} aria-label=${name} title=${title}
    @click=${() => app.useTool(type)}>${icon(sign)}<span>${name}</span></button>`;
  const drawn = TOOLS.filter((entry) => entry.type !== "tag" && app.tools.includes(entry.type));
  return html`<nav class="ed-tools" role="toolbar" aria-label="Tools" aria-orientation="vertical">
    ${one(null, "Select", "pointer", "Select, move and change objects (Esc)")}
    ${drawn.map((entry) => one(entry.type, entry.name, entry.icon, `${entry.name}: ${entry.hint} N draws again.`))}
  </nav>`;
}
