/** The menu of an object: right click, long press, the three dots in the list, or the menu key. Everything in it has a key as well. */
import { html, nothing } from "lit";

/** Pixels that the menu stays away from the window's edge. */
const EDGE = 8;

export function menu(app) {
  const open = app.state.menu;
  if (!open) return nothing;
  const close = () => { app.set({ menu: null }); app.focusCanvas(); };
  const items = [...pointItems(app, open), ...itemsOf(app, app.object(open.id))];
  return html`<div class="ed-menu-back" @pointerdown=${close} @contextmenu=${(event) => { event.preventDefault(); close(); }}></div>
    <div class="ed-menu" role="menu" aria-label="Object" @keydown=${(event) => onKey(event, close)} style="left:${open.x}px;top:${open.y}px">
      ${items.map(([name, key, command, off]) => html`<button role="menuitem" tabindex="-1" ?disabled=${off ?? false}
        @click=${() => { app.set({ menu: null }); app.focusCanvas(); command(); }}><span>${name}</span>${key ? html`<kbd>${key}</kbd>` : nothing}</button>`)}</div>`;
}

/** What Shift+click and Alt+click do, for fingers. */
function pointItems(app, { x, y, vertex, grown }) {
  const { commands } = app;
  const shape = app.selected;
  if (!shape?.points || app.state.locked.has(shape.client_id)) return [];
  const id = shape.client_id;
  const drawn = shape.type === "polygon" || shape.type === "polyline";
  if (vertex !== null && vertex !== undefined) {
    return [...(drawn ? [["Draw again from this point", "Shift+click", () => commands.redrawFrom(id, vertex)]] : []),
      ["Delete this point", "Alt+click", () => commands.deletePoint(id, vertex)]];
  }
  if (grown !== id || !(drawn || shape.type === "points")) return [];
  const place = app.canvas.placeAt(x, y);
  return [["One point more, here", "Shift+click", () => commands.addPoint(id, place)]];
}

function itemsOf(app, shape) {
  const { commands, state } = app;
  const paste = ["Paste", "Ctrl+V", () => commands.paste(), !state.clipboard];
  if (!shape?.points) {
    return [paste, ["Paste in its own place", "Ctrl+Shift+V", () => commands.pasteInPlace(), !state.clipboard],
      [state.hideAll ? "Show all objects" : "Hide all objects", "Shift+H", () => commands.hideAll()], ["Lock or unlock all objects", "Shift+L", () => commands.lockAll()]];
  }
  const id = shape.client_id;
  const locked = state.locked.has(id);
  return [["Copy", "Ctrl+C", () => commands.copy()], paste, ["Duplicate", "Ctrl+D", () => commands.duplicate()],
    ["Propagate…", "Ctrl+B", () => commands.propagate(), app.frames.length < 2], ["Draw again", "Shift+N", () => commands.redraw(), locked],
    shape.group ? [`Take group ${shape.group} apart`, "Shift+G", () => commands.ungroup()] : ["Group with…", "G", () => commands.group()],
    ["In front of the others", "PgUp", () => commands.toFront(), locked], ["Behind the others", "PgDn", () => commands.toBack(), locked],
    [state.hidden.has(id) ? "Show" : "Hide", "H", () => commands.toggleHidden(id)], [locked ? "Unlock" : "Lock", "L", () => commands.toggleLocked(id)],
    ["Delete", "Del", () => commands.removeUnlocked(id), locked]];
}

function onKey(event, close) {
  const items = [...event.currentTarget.querySelectorAll("button:not([disabled])")];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") close();
  else if (to === undefined) return;
  else items[(to + items.length) % items.length].focus();
  event.preventDefault();
  event.stopPropagation();
}

/** After the menu is drawn: all of it inside the window, and the first entry under focus. */
export function settleMenu(root) {
  const element = root.querySelector(".ed-menu");
  if (!element || element.contains(document.activeElement)) return;
  const { width, height } = element.getBoundingClientRect();
  element.style.left = `${Math.max(EDGE, Math.min(parseFloat(element.style.left), innerWidth - width - EDGE))}px`;
  element.style.top = `${Math.max(EDGE, Math.min(parseFloat(element.style.top), innerHeight - height - EDGE))}px`;
  element.querySelector("button:not([disabled])")?.focus({ preventScroll: true });
}
