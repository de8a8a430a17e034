// Labels by form: reads the raw JSON of the text area, shows rows, writes every change back into it. The text area alone is sent, so the
// two tabs cannot disagree. What the form does not know (ids, keys of other programs) stays in the objects untouched.
const PALETTE = ["#3b82f6", "#ef4444", "#22c55e", "#f59e0b", "#a855f7", "#06b6d4", "#ec4899", "#84cc16", "#f97316", "#6366f1", "#14b8a6", "#eab308"];
const VALUE_HINTS = {
  checkbox: "no values needed", select: "Values, separated by commas", radio: "Values, separated by commas", number: "smallest, largest, step", text: "no values needed",
};

// Values in one line: commas between them, or bars where a value itself has a comma.
const joined = (values) => values.join(values.some((value) => String(value).includes(",")) ? " | " : ", ");
const split = (text) => text.split(text.includes("|") ? "|" : ",").map((value) => value.trim()).filter((value) => value !== "");

class Constructor {
  constructor(section) {
    this.section = section;
    this.text = document.querySelector(section.dataset.source);
    this.rows = section.querySelector("[data-rows]");
    this.labels = [];
    this.listen();
    section.querySelector("[data-tabs]").hidden = false;
    const errors = JSON.parse(document.getElementById("label-errors").textContent);
    this.show(this.read() ? "form" : "raw");
    for (const error of errors) this.mark(error);
  }

  // False (and a sentence) when the text is no list of objects: it stays in the raw tab until it is one.
  read() {
    const problem = this.section.querySelector("[data-json-problem]");
    problem.hidden = true;
    try {
      const labels = JSON.parse(this.text.value.trim() || "[]");
      const whole = Array.isArray(labels) && labels.every((label) => label && typeof label === "object" && !Array.isArray(label)
        && (label.attributes === undefined || (Array.isArray(label.attributes) && label.attributes.every((a) => a && typeof a === "object"))));
      if (!whole) throw new Error("it must be a list of objects: [{\"name\": …}]");
      this.labels = labels;
      return true;
    } catch (error) {
      problem.textContent = `The constructor cannot show this: ${error.message}`;
      problem.hidden = false;
      return false;
    }
  }

  write() {
    this.text.value = JSON.stringify(this.labels, null, 2);
  }

  show(name) {
    if (name === "form") {
      if (!this.read()) return this.show("raw");
      this.draw();
    }
    for (const tab of this.section.querySelectorAll("[data-tab]")) {
      tab.classList.toggle("active", tab.dataset.tab === name);
      tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
    }
    for (const panel of this.section.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
    return undefined;
  }

  draw() {
    this.rows.replaceChildren(...this.labels.map((label) => this.labelRow(label)));
    this.section.querySelector("[data-hint]").hidden = this.labels.length > 0;
  }

  labelRow(label) {
    const row = document.getElementById("label-row").content.firstElementChild.cloneNode(true);
    const set = (key, value) => { row.querySelector(`:scope > .label-main [data-key=${key}]`).value = value; };
    set("color", /^#[0-9a-f]{6}$/i.test(label.color ?? "") ? label.color : this.freeColor());
    set("name", label.name ?? "");
    set("type", label.type ?? "any");
    row.querySelector("[data-attributes]").replaceChildren(...(label.attributes ?? []).map((attribute) => this.attributeRow(attribute)));
    return row;
  }

  attributeRow(attribute) {
    const row = document.getElementById("attribute-row").content.firstElementChild.cloneNode(true);
    const key = (name) => row.querySelector(`[data-key=${name}]`);
    key("name").value = attribute.name ?? "";
    key("input_type").value = attribute.input_type ?? "checkbox";
    key("values").value = Array.isArray(attribute.values) ? joined(attribute.values) : "";
    key("default_value").value = attribute.default_value ?? "";
    key("mutable").checked = attribute.mutable === true;
    this.fit(row, attribute.input_type ?? "checkbox");
    return row;
  }

  // Checkboxes and texts have no values to choose from.
  fit(row, type) {
    const values = row.querySelector("[data-key=values]");
    values.placeholder = VALUE_HINTS[type] ?? "";
    values.disabled = type === "checkbox" || type === "text";
    if (values.disabled) values.value = "";
  }

  freeColor() {
    const taken = new Set(this.labels.map((label) => (label.color ?? "").toLowerCase()));
    return PALETTE.find((color) => !taken.has(color)) ?? PALETTE[this.labels.length % PALETTE.length];
  }

  where(element) {
    const row = element.closest("[data-label]");
    const label = row && this.labels[[...this.rows.children].indexOf(row)];
    const attributeRow = element.closest("[data-attribute]");
    const position = attributeRow ? [...attributeRow.parentElement.children].indexOf(attributeRow) : -1;
    return { row, label, attributeRow, position, attribute: position >= 0 ? label.attributes[position] : null };
  }

  changed(element) {
    const { label, attribute, attributeRow } = this.where(element);
    const key = element.dataset.key;
    const target = attribute ?? label;
    if (!target || !key) return;
    if (element.type === "checkbox") target[key] = element.checked;
    else if (key === "values") target.values = split(element.value);
    else target[key] = element.value;
    if (key === "input_type") {
      this.fit(attributeRow, element.value);
      if (attributeRow.querySelector("[data-key=values]").disabled) target.values = [];
    }
    this.clear(element);
    this.write();
  }

  act(button) {
    const { row, label, attributeRow, position } = this.where(button);
    const data = button.dataset;
    if ("addLabel" in data) {
      this.labels.push({ name: "", color: this.freeColor(), type: "any", attributes: [] });
      this.draw();
      this.rows.lastElementChild.querySelector("[data-key=name]").focus();
    } else if ("addAttribute" in data) {
      (label.attributes ??= []).push({ name: "", input_type: "checkbox", mutable: false, values: [], default_value: "" });
      const list = row.querySelector("[data-attributes]");
      list.append(this.attributeRow(label.attributes.at(-1)));
      list.lastElementChild.querySelector("[data-key=name]").focus();
    } else if ("remove" in data && attributeRow) {
      label.attributes.splice(position, 1);
      attributeRow.remove();
    } else if ("remove" in data) {
      this.labels.splice(this.labels.indexOf(label), 1);
      row.remove();
      this.section.querySelector("[data-hint]").hidden = this.labels.length > 0;
    } else if (data.move) {
      const from = this.labels.indexOf(label), to = from + Number(data.move);
      if (to < 0 || to >= this.labels.length) return;
      this.labels.splice(to, 0, ...this.labels.splice(from, 1));
      this.draw();
      this.rows.children[to].querySelector(`[data-move="${data.move}"]`).focus();
    } else return;
    this.write();
  }

  mark({ label, attribute, field, text }) {
    if (label === null) {
      const general = this.section.querySelector("[data-general]");
      general.append(Object.assign(document.createElement("div"), { textContent: text }));
      general.hidden = false;
      return;
    }
    let row = this.rows.children[label];
    if (row && attribute !== null) row = row.querySelector("[data-attributes]").children[attribute];
    const box = row?.querySelector(`[data-error="${field}"]`) ?? row?.closest("[data-label]").querySelector('[data-error="row"]');
    if (!box) return;
    box.textContent = text;
    box.classList.add("d-block");
    box.previousElementSibling?.classList.add("is-invalid");
  }

  clear(element) {
    element.classList.remove("is-invalid");
    const box = element.parentElement.querySelector("[data-error]");
    if (box) { box.textContent = ""; box.classList.remove("d-block"); }
  }

  listen() {
    for (const name of ["input", "change"]) this.rows.addEventListener(name, (event) => this.changed(event.target));
    this.section.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.tab) this.show(button.dataset.tab);
      else if (button) this.act(button);
    });
    // Enter in a row means "the next label", not "save the project".
    this.rows.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.target.matches("input")) return;
      event.preventDefault();
      if (event.target.matches(".label-main [data-key=name]")) this.act(this.section.querySelector("[data-add-label]"));
    });
  }
}

for (const section of document.querySelectorAll("[data-labels]")) new Constructor(section);
