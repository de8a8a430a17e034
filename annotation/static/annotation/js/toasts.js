// Good news moves to the corner and leaves after six seconds; also says when a background request of the page failed.
const stack = document.getElementById("toasts");

function show(alert) {
  stack.append(alert);
  setTimeout(() => alert.remove(), 6000);
}

function collect(root) {
  for (const alert of root.querySelectorAll("#messages [data-toast]")) show(alert);
}

function complain(sentence) {
  const alert = document.createElement("div");
  alert.className = "alert alert-danger";
  alert.textContent = sentence;
  stack.replaceChildren(alert);
  setTimeout(() => alert.remove(), 10000);
}

collect(document);
document.addEventListener("htmx:oobAfterSwap", () => collect(document));
document.addEventListener("htmx:sendError", () => complain("The server cannot be reached. Check your connection; this page tries again by itself."));
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  complain(status === 403 || status === 404
    ? "You may not do this, or it no longer exists. Reload the page."
    : "The server could not do this. Reload the page and try again.");
});
for (const element of document.querySelectorAll("[data-autofocus]")) element.focus();
