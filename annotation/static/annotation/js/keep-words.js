// A page that would load itself again because something is finished waits while somebody is writing on it.
const stack = document.getElementById("toasts");
let note = null;

/** Whether a field of a form that would be sent holds words that the server has not seen. */
export function unsentWords(root = document) {
  return [...root.querySelectorAll("form[method=post] textarea, form[method=post] input:is([type=text], [type=number], :not([type]))")]
    .some((field) => !field.closest("form").dataset.sending && field.value.trim() !== "" && field.value !== field.defaultValue);
}

function offer() {
  if (note?.isConnected) return;
  note = document.createElement("div");
  note.className = "alert alert-info";
  const words = document.createElement("div");
  words.textContent = "This page has news. Send or empty what you are writing first, or load it now without it.";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm mt-2";
  button.textContent = "Load the news";
  button.addEventListener("click", () => location.reload());
  note.append(words, button);
  stack.append(note);
}

document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Refresh") !== "true" || !unsentWords()) return;
  event.preventDefault();
  offer();
});
