// The compare page's legend (click, or keys 1-6): hides one kind of difference in the picture and the list, on every frame that follows.
const hiddenKinds = new Set();

function show() {
  const viewer = document.querySelector("[data-viewer]");
  if (!viewer) return;
  for (const button of viewer.querySelectorAll("[data-toggle-kind]")) {
    const kind = button.dataset.toggleKind, hidden = hiddenKinds.has(kind);
    button.setAttribute("aria-pressed", String(!hidden));
    viewer.classList.toggle(`hides-${kind}`, hidden);
  }
  for (const link of document.querySelectorAll("[data-frame-link]")) {
    const here = link.dataset.frameLink === viewer.dataset.frame;
    link.classList.toggle("active", here);
    if (here) { link.setAttribute("aria-current", "true"); link.scrollIntoView({ block: "nearest" }); } else link.removeAttribute("aria-current");
  }
}

document.addEventListener("click", (event) => {
  const kind = event.target.closest("[data-toggle-kind]")?.dataset.toggleKind;
  if (!kind) return;
  if (!hiddenKinds.delete(kind)) hiddenKinds.add(kind);
  show();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog[open], .dropdown-menu")) return;
  if (/^[1-6]$/.test(event.key)) document.querySelectorAll("[data-toggle-kind]")[event.key - 1]?.click();
});

// Not earlier: htmx gives the new element the old one's class until it has settled.
document.addEventListener("htmx:afterSettle", show);
