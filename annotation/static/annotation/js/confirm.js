// Asks before a form with data-confirm="Delete this?" is sent, also when htmx sends it.
// data-confirm-detail: what follows from it; data-confirm-verb: text of the button; data-confirm-danger: it destroys something.
const dialog = document.getElementById("confirm-dialog");

function ask(source) {
  const { confirm, confirmDetail = "", confirmVerb = "OK" } = source.dataset;
  const yes = dialog.querySelector("#confirm-yes");
  dialog.querySelector("#confirm-question").textContent = confirm;
  dialog.querySelector("#confirm-detail").textContent = confirmDetail;
  yes.textContent = confirmVerb;
  yes.className = "confirmDanger" in source.dataset ? "btn btn-danger" : "btn btn-primary";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

// In the capture phase: before submit-once.js and htmx see the event.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const source = event.submitter?.dataset.confirm ? event.submitter : form;
  if (!source.dataset?.confirm || form.hasAttribute("hx-post")) return;
  if (form.dataset.confirmed === "yes") {
    delete form.dataset.confirmed;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await ask(source)) {
    form.dataset.confirmed = "yes";
    form.requestSubmit(event.submitter ?? undefined);
  }
}, true);

document.addEventListener("htmx:confirm", async (event) => {
  const source = event.target;
  if (!source.dataset?.confirm) return;
  event.preventDefault();
  if (await ask(source)) event.detail.issueRequest(true);
});
