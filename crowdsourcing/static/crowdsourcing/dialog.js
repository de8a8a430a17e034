// Opens the question that a link with hx-get appended to the page, and takes it away when it is closed.
function open(root) {
  for (const dialog of root.querySelectorAll("dialog[data-crowd-dialog]:not([open])")) {
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    });
    dialog.showModal();
  }
}

document.addEventListener("htmx:afterSettle", () => open(document));
open(document);
