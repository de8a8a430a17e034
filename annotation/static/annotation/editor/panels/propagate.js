/** The window that asks onto which frames an object is propagated. */
import { html, live } from "lit";
import { reached } from "@/editor/copies.js";
import { icon } from "@/editor/panels/icon.js";

/** @returns {{title: any, body: any, foot: any}} parts of a window */
export function propagateDialog(app, open) {
  const { direction, count, id } = open;
  const total = app.frames.length;
  const most = (way) => reached(app.state.index, Infinity, way, total).length;
  const good = Number.isInteger(count) && count >= 1 && count <= most(direction);
  const set = (change) => app.set({ dialog: { ...open, ...change } });
  const go = () => { if (good) app.commands.propagateTo({ id, direction, count }); };
  const shape = app.object(id);
  const turn = (way) => set({ direction: way, count: Math.max(1, Math.min(count || 1, most(way))) });
  return {
    title: html`${icon("copy")} Propagate`,
    body: html`<p>Copies of <b>${shape ? app.describe(shape) : "the object"}</b> with all its answers, each in the same place on its frame.</p>
      <div class="ed-propagate" @keydown=${(event) => { if (event.key === "Enter" && event.target.type === "number") go(); }}>
        <div class="btn-group" role="group" aria-label="Direction">
          ${way(-1, "Backward", "chevrons-left", { direction, most, turn })} ${way(1, "Forward", "chevrons-right", { direction, most, turn })}</div>
        <label class="ed-field"><span>Frames</span><input class="form-control" type="number" min="1" max=${most(direction)} autofocus
          aria-describedby="ed-propagate-said" .value=${live(String(count))} @input=${(event) => set({ count: Number(event.target.value) })}></label>
        <label class="ed-field"><span>Until frame</span><input class="form-control" type="number" min="1" max=${total}
          aria-describedby="ed-propagate-said" .value=${live(String(app.state.index + 1 + direction * count))}
          @input=${(event) => set({ count: direction * (Number(event.target.value) - 1 - app.state.index) })}></label></div>
      <p id="ed-propagate-said" class="ed-propagate-said" role="status">${said(app, { direction, count, good, most: most(direction) })}</p>`,
    foot: html`<button class="btn" @click=${() => app.set({ dialog: null })}>Cancel</button>
      <button class="btn btn-primary" ?disabled=${!good} @click=${go}>Propagate</button>`,
  };
}

const way = (value, name, sign, { direction, most, turn }) => html`<button class="btn" aria-pressed=${String(direction === value)}
  ?disabled=${most(value) < 1} @click=${() => turn(value)}>${icon(sign)} ${name}</button>`;

function said(app, { direction, count, good, most }) {
  if (!good) return `There ${most === 1 ? "is 1 frame" : `are ${most} frames`} ${direction > 0 ? "after" : "before"} this one: choose 1${most > 1 ? ` to ${most}` : ""}.`;
  const [first, last] = [app.state.index + 1 + direction, app.state.index + 1 + direction * count];
  return `${count === 1 ? `1 copy, on frame ${first}` : `${count} copies, on frames ${Math.min(first, last)} to ${Math.max(first, last)}`}. One Ctrl+Z takes all of it back.`;
}
