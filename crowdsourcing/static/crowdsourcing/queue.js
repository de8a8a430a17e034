// The review queue by keyboard: J K or the arrows move a cursor over the rows, Enter opens, X ticks.
// On a page with [data-next-review] (a job's) J follows it.
const table = document.querySelector("[data-queue]");
const rows = table ? [...table.querySelectorAll("[data-row]")] : [];
let at = -1;

function move(to) {
  if (!rows.length) return;
  rows[at]?.classList.remove("is-at");
  at = Math.min(Math.max(to, 0), rows.length - 1);
  rows[at].classList.add("is-at");
  rows[at].querySelector("[data-open]").focus({ preventScroll: true });
  rows[at].scrollIntoView({ block: "nearest" });
}

function tick() {
  const box = rows[at]?.querySelector("input[type=checkbox]");
  if (!box || box.disabled) return;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

const keys = {
  j: () => (table ? move(at + 1) : document.querySelector("[data-next-review]")?.click()),
  k: () => move(at - 1),
  ArrowDown: () => move(at + 1),
  ArrowUp: () => move(at - 1),
  x: tick,
};

// A text field keeps its keys; a tick box has none of its own that are used here.
const typing = "input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open], .dropdown-menu";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(typing) || document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!keys[key] || (!table && key !== "j")) return;
  event.preventDefault();
  keys[key]();
});

// Whoever moves with Tab takes the cursor along.
table?.addEventListener("focusin", (event) => {
  const row = rows.indexOf(event.target.closest("[data-row]"));
  if (row < 0 || row === at) return;
  rows[at]?.classList.remove("is-at");
  at = row;
  rows[at].classList.add("is-at");
});
