// The task form: files by drag and drop or by the button, a list of what was chosen, checks before sending, a progress bar while sending.
// Without this module the browser sends the plain form.
const mega = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`);
const LISTED = 100;

class Upload {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input[name=files]");
    this.zone = form.querySelector("[data-dropzone]");
    this.progress = form.querySelector("[data-upload-progress]");
    this.files = [];
    this.request = null;
    this.replaceInput();
    this.listen();
  }

  // The browser's own control would go on saying "no file chosen" beside our list.
  replaceInput() {
    const button = this.form.querySelector("[data-choose]");
    this.input.hidden = true;
    button.hidden = false;
    button.addEventListener("click", () => this.input.click());
  }

  listen() {
    this.input.addEventListener("change", () => {
      this.add([...this.input.files]);
      this.input.value = ""; // the list below is what counts; the same file may be picked again
    });
    for (const name of ["dragover", "dragenter"]) {
      this.zone.addEventListener(name, (event) => {
        event.preventDefault();
        this.zone.classList.add("is-over");
      });
    }
    for (const name of ["dragleave", "drop"]) this.zone.addEventListener(name, () => this.zone.classList.remove("is-over"));
    this.zone.addEventListener("drop", (event) => {
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
    this.form.querySelector("[data-chosen-clear]").addEventListener("click", () => { this.files = []; this.show(); });
    this.form.querySelector("[data-chosen-list]").addEventListener("click", (event) => {
      const button = event.target.closest("[data-drop]");
      if (!button) return;
      this.files.splice(Number(button.dataset.drop), 1);
      this.show();
    });
    this.form.querySelector("[data-upload-cancel]").addEventListener("click", () => this.request?.abort());
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    window.addEventListener("beforeunload", (event) => { if (this.request) event.preventDefault(); });
  }

  add(files) {
    const known = new Set(this.files.map((file) => `${file.name}/${file.size}/${file.lastModified}`));
    this.files.push(...files.filter((file) => !known.has(`${file.name}/${file.size}/${file.lastModified}`)));
    this.show();
  }

  problem(file) {
    const large = /\.(zip|mp4|m4v|mov|mkv|webm|avi)$/i.test(file.name);
    const limit = Number(large ? this.form.dataset.maxTotalBytes : this.form.dataset.maxFileBytes);
    if (!file.size) return "empty";
    return file.size > limit ? `too large: at most ${mega(limit)}` : "";
  }

  show() {
    const box = this.form.querySelector("[data-chosen]");
    const total = this.files.reduce((sum, file) => sum + file.size, 0);
    box.hidden = !this.files.length;
    this.form.querySelector("[data-chosen-count]").textContent = `${this.files.length} file${this.files.length === 1 ? "" : "s"}, ${mega(total)}`;
    const lines = this.files.slice(0, LISTED).map((file, position) => {
      const line = document.createElement("li");
      const problem = this.problem(file);
      const name = Object.assign(document.createElement("span"), { className: "chosen-name", textContent: file.name });
      const size = Object.assign(document.createElement("span"), { className: problem ? "text-danger" : "fine", textContent: problem || mega(file.size) });
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn-close", ariaLabel: `Remove ${file.name}` });
      button.dataset.drop = position;
      line.append(name, size, button);
      return line;
    });
    if (this.files.length > LISTED) lines.push(Object.assign(document.createElement("li"), { className: "fine", textContent: `and ${this.files.length - LISTED} more` }));
    this.form.querySelector("[data-chosen-list]").replaceChildren(...lines);
    this.fieldError("files", []);
  }

  send() {
    if (this.request) return;
    const data = new FormData(this.form);
    data.delete("files");
    if (data.get("source") === "files") for (const file of this.files) data.append("files", file, file.name);
    else if (data.get("source") !== "table") data.delete("table");
    const bad = data.get("source") === "files" ? this.files.filter((file) => this.problem(file)) : [];
    if (bad.length && !data.has("skip_bad")) {
      this.showErrors({ files: [`${bad[0].name} is ${this.problem(bad[0])}. Remove it from the list${bad.length > 1 ? ` (and ${bad.length - 1} more marked files)` : ""}.`] });
      return;
    }
    this.request = new XMLHttpRequest();
    this.request.open("POST", this.form.action);
    this.request.setRequestHeader("Accept", "application/json");
    this.request.upload.addEventListener("progress", (event) => this.showProgress(event.loaded, event.total));
    this.request.addEventListener("load", () => this.answered());
    this.request.addEventListener("error", () => this.stopped("The connection broke before everything was sent. Nothing was kept; try again."));
    this.request.addEventListener("abort", () => this.stopped("Upload cancelled. Nothing was kept."));
    this.busy(true);
    this.showErrors({});
    this.request.send(data);
  }

  showProgress(loaded, total) {
    const share = total ? Math.floor((100 * loaded) / total) : 0;
    this.progress.querySelector("progress").value = share;
    this.progress.querySelector("[data-upload-text]").textContent = loaded < total ? `${share} % · ${mega(loaded)} of ${mega(total)}` : "The server checks what came …";
  }

  answered() {
    const { status, responseText } = this.request;
    let answer = {};
    try { answer = JSON.parse(responseText); } catch { answer = {}; }
    if (status === 201 && answer.location) {
      this.request = null;
      window.location.assign(answer.location);
    } else if (status === 422 && answer.errors) {
      this.stopped("");
      this.showErrors(answer.errors);
    } else if (status === 413) this.stopped("The server takes no upload of this size. Send fewer files at once, or give their addresses.");
    else this.stopped(`The server could not take this (${status}). Nothing was kept. Load the page again; if you were logged out, log in first.`);
  }

  stopped(sentence) {
    this.request = null;
    this.busy(false);
    if (sentence) this.showErrors({ __all__: [sentence] });
  }

  busy(on) {
    this.progress.hidden = !on;
    this.progress.querySelector("progress").value = 0;
    this.progress.querySelector("[data-upload-text]").textContent = "";
    for (const button of this.form.querySelectorAll("button[type=submit]")) button.disabled = on;
  }

  showErrors(errors) {
    const top = this.form.querySelector("[data-form-errors]");
    top.replaceChildren();
    for (const field of this.form.querySelectorAll(".field")) this.fieldError(field.querySelector("[name]")?.name, []);
    const whole = errors.__all__ ?? [];
    for (const [name, sentences] of Object.entries(errors)) if (name !== "__all__" && !this.fieldError(name, sentences)) whole.push(...sentences);
    if (!Object.keys(errors).length) return;
    const alert = Object.assign(document.createElement("div"), { className: "alert alert-danger", tabIndex: -1 });
    alert.setAttribute("role", "alert");
    alert.textContent = whole.join(" ") || "Nothing was saved yet. Please correct the marked fields.";
    top.append(alert);
    alert.focus();
  }

  fieldError(name, sentences) {
    const control = name && this.form.querySelector(`.field [name="${name}"]`);
    if (!control) return false;
    const field = control.closest(".field");
    field.querySelector(".invalid-feedback")?.remove();
    control.classList.toggle("is-invalid", sentences.length > 0);
    if (!sentences.length) return true;
    const box = Object.assign(document.createElement("div"), { className: "invalid-feedback d-block", id: `${control.id}_error` });
    box.append(...sentences.map((sentence) => Object.assign(document.createElement("div"), { textContent: sentence })));
    control.after(box);
    return true;
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) new Upload(form);
