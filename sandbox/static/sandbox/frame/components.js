// Components of classic markup: text for the template, and the wiring of fields once the text stands in the page.
import { SafeText, escapeText } from "./handlebars.js";
import { upload } from "./uploads.js";

const LENGTH = /^(auto|\d+(\.\d+)?(px|%|em|rem|vh|vw)?|calc\([\d\s.+\-*/()%a-z]+\))$/i;

function style(named, standard = {}) {
  const rules = ["width", "height"].map((side) => {
    const size = named[side] === undefined ? standard[side] : String(named[side]);
    if (!size || !LENGTH.test(size)) return "";
    return `${side}:${/^\d+(\.\d+)?$/.test(size) ? `${size}px` : size}`;
  });
  return rules.filter(Boolean).join(";");
}

function attributes(pairs) {
  return Object.entries(pairs)
    .filter(([, content]) => content !== undefined && content !== null && content !== false && content !== "")
    .map(([name, content]) => (content === true ? ` ${name}` : ` ${name}="${escapeText(content)}"`))
    .join("");
}

function field(named, inner) {
  const make = Object.hasOwn(FIELDS, named.type) ? FIELDS[named.type] : FIELDS.unknown;
  const shell = attributes({
    class: `field field_type_${named.type} ${named.class ?? ""}`.trim(),
    "data-field": named.name,
    style: style(named),
  });
  return new SafeText(`<div${shell}>${make(named, inner)}</div>`);
}

function choice(kind, named, value) {
  const input = attributes({
    type: kind,
    "data-name": named.name,
    value,
    disabled: named.disabled === true,
    checked: named.checked === true,
    "data-hotkey": named.hotkey,
  });
  const key = named.hotkey ? `<kbd>${escapeText(named.hotkey)}</kbd>` : "";
  return `<label class="choice"><input${input}><span>${escapeText(named.label ?? value)}</span>${key}</label>`;
}

function fileInput(named, accept) {
  const label = named.label ?? "Choose a file";
  const input = { type: "file", class: "tb-file-input", "data-name": named.name, accept: named.accept ?? accept, "aria-label": label };
  return `<label class="button"><input${attributes(input)}>${escapeText(label)}</label> <span class="upload-state" role="status"></span>`;
}

const FIELDS = {
  radio: (named) => choice("radio", named, named.value ?? ""),
  checkbox: (named) => choice("checkbox", named, ""),
  input: (named) => {
    const shown = {
      type: "text",
      "data-name": named.name,
      value: named.value,
      placeholder: named.placeholder,
      disabled: named.disabled === true,
    };
    return `<input${attributes({ ...shown, "aria-label": named.label ?? named.placeholder ?? named.name })}>`;
  },
  textarea: (named) => {
    const shown = { "data-name": named.name, rows: named.rows ?? 4, placeholder: named.placeholder, disabled: named.disabled === true };
    const label = { "aria-label": named.label ?? named.placeholder ?? named.name };
    return `<textarea${attributes({ ...shown, ...label })}>${escapeText(named.value ?? "")}</textarea>`;
  },
  select: (named, inner) => {
    const shown = attributes({ "data-name": named.name, "aria-label": named.label ?? named.placeholder ?? named.name });
    return `<select${shown}><option value="">${escapeText(named.placeholder ?? "Choose…")}</option>${inner ? inner() : ""}</select>`;
  },
  ...Object.fromEntries(
    Object.entries({ file: "", "file-img": "image/*", "file-audio": "audio/*", "file-video": "video/*", "file-doc": "" }).map(
      ([type, accept]) => [type, (named) => fileInput(named, accept)],
    ),
  ),
  unknown: (named) => `<p class="placeholder">A field of type “${escapeText(named.type ?? "?")}”, which the sandbox does not draw.</p>`,
};

export const COMPONENTS = {
  field,
  select_item: (named) =>
    new SafeText(`<option value="${escapeText(named.value ?? "")}">${escapeText(named.text ?? named.value ?? "")}</option>`),
  img: (named) =>
    new SafeText(
      `<img${attributes({
        class: named.class ?? "img",
        src: named.src,
        alt: named.alt ?? "",
        style: style(named, { width: "300px", height: "300px" }),
      })}>`,
    ),
  iframe: (named) => {
    const sandbox = named.sandbox === "false" || named.sandbox === false ? undefined : (named.sandbox ?? "allow-scripts allow-same-origin");
    return new SafeText(
      `<iframe${attributes({
        class: named.class ?? "iframe",
        src: named.src,
        sandbox,
        title: named.title ?? "Page of the task",
        style: style(named, { width: "300px", height: "500px" }),
      })}></iframe>`,
    );
  },
  button: (named) =>
    new SafeText(
      `<a${attributes({
        class: `button ${named.class ?? ""}`.trim(),
        href: named.href,
        target: "_blank",
        rel: "noopener noreferrer",
      })}>${escapeText(named.label ?? named.href ?? "")}</a>`,
    ),
  audio: (named) => new SafeText(`<audio controls${attributes({ src: named.src ?? named.url })}></audio>`),
  video: (named) => new SafeText(`<video controls${attributes({ src: named.src, style: style(named, { width: "300px" }) })}></video>`),
};

/** Read what a field's element says now: boolean for a checkbox, text otherwise; undefined while nothing was chosen. */
function read(element) {
  if (element.type === "checkbox") return element.checked;
  return element.value === "" ? undefined : element.value;
}

// The field's value is the id that the platform gives the file; while it is on its way there is none.
function wireUpload(element, write) {
  const says = element.closest(".field").querySelector(".upload-state");
  element.addEventListener("change", async () => {
    const [file] = element.files;
    if (!file) return;
    says.textContent = `${file.name} is being uploaded…`;
    write(element.dataset.name, undefined);
    try {
      write(element.dataset.name, await upload(file, file.name));
      says.textContent = file.name;
    } catch (error) {
      says.textContent = `${file.name} was not uploaded: ${error.message}`;
    }
  });
}

/** Start the fields under `root`: their first values and every change go to `write(name, value)`. */
export function wireFields(root, write) {
  root.querySelectorAll("[data-name]").forEach((element) => {
    const { name } = element.dataset;
    if (element.type === "file") {
      wireUpload(element, write);
      return;
    }
    if (element.type === "radio") {
      // Radio buttons of one output field exclude each other; each task on the page has its own set.
      element.name = `${root.dataset.taskId ?? ""}:${name}`;
    }
    if ((element.type !== "radio" && read(element) !== undefined) || element.checked) write(name, read(element));
    element.addEventListener(element.matches("input[type=text], textarea") ? "input" : "change", () => {
      if (element.type !== "radio" || element.checked) write(name, read(element));
    });
  });
}

/** Show `values` ({output field: value}) in the fields under `root`. */
export function fillFields(root, values) {
  root.querySelectorAll("[data-name]").forEach((element) => {
    const wanted = element.dataset.name.split(".").reduce((data, key) => data?.[key], values);
    if (element.type === "file") return;
    if (element.type === "checkbox") element.checked = wanted === true;
    else if (element.type === "radio") element.checked = String(wanted) === element.value;
    else if (document.activeElement !== element) element.value = wanted ?? "";
  });
}

/** Press the hotkey `key` under `root`; true if a field took it. */
export function pressHotkey(root, key) {
  const element = [...root.querySelectorAll("[data-hotkey]")].find((candidate) => candidate.dataset.hotkey === key);
  if (!element || element.disabled) return false;
  element.click();
  return true;
}
