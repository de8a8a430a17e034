// Building elements without a framework: h("button", {class: "x", onclick: f, "aria-label": "…"}, "text", child, [children], null).

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => {
    if (value === undefined || value === null || value === false) return;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  });
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A line icon of 20 x 20 made of path data; hidden from screen readers, which have the text next to it. */
export function icon(...paths) {
  const svg = document.createElementNS(SVG, "svg");
  Object.entries({ viewBox: "0 0 20 20", width: 20, height: 20, class: "icon", "aria-hidden": "true" }).forEach(([name, value]) =>
    svg.setAttribute(name, value),
  );
  paths.forEach((data) => {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", data);
    svg.append(path);
  });
  return svg;
}

export const ICONS = {
  clock: ["M10 3a7 7 0 1 0 0 14a7 7 0 0 0 0-14z", "M10 6v4l2.6 1.8"],
  person: ["M10 3.5a3 3 0 1 0 0 6a3 3 0 0 0 0-6z", "M4 17c.6-3.4 3-5 6-5s5.400 1.600 6 5"],
  book: ["M4 4.500h5a2 2 0 0 1 1 1.500v10a2.500 2.500 0 0 0-1-.8H4z", "M16 4.500h-5a2 2 0 0 0-1 1.500v10a2.500 2.500 0 0 1 1-.8h5z"],
  check: ["M4.500 10.500l3.500 3.500l7.500-8"],
  cross: ["M5 5l10 10", "M15 5L5 15"],
  chevron: ["M5.500 8l4.500 4.500L14.500 8"],
  plus: ["M10 4v12", "M4 10h12"],
  refresh: ["M15.500 8A6 6 0 1 0 16 11", "M16 4.500V8h-3.500"],
  link: ["M8 6H4.500v9.500H14V12", "M11 4.500h4.500V9", "M15.500 4.500L9 11"],
};

/** Put `children` in the place of what stood in `element`. */
export function fillElement(element, ...children) {
  element.replaceChildren(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * A modal question. `content` is an element or text; `actions` is [{label, kind?, value}]. Resolves with the value of the pressed button,
 * or null for Escape and the close button. `form` (optional) is a function that returns what to resolve with instead of the value, or null
 * to stay open.
 */
export function ask({ title, content, actions, className = "", form = null, closable = true }) {
  return new Promise((resolve) => {
    let answer = null;
    const press = (action) => {
      const result = form ? form(action.value) : action.value;
      if (result === null) return;
      answer = result;
      dialog.close();
    };
    const heading = h("h2", { id: "dialog-title" }, title);
    const dialog = h(
      "dialog",
      {
        class: `dialog ${className}`,
        "aria-labelledby": "dialog-title",
        onclose: () => {
          dialog.remove();
          resolve(answer);
        },
      },
      h(
        "header",
        { class: "dialog-head" },
        heading,
        closable
          ? h(
              "button",
              { class: "icon-button", type: "button", "aria-label": "Close", onclick: () => dialog.close() },
              icon(...ICONS.cross),
            )
          : null,
      ),
      h("div", { class: "dialog-body" }, content),
      h(
        "footer",
        { class: "dialog-foot" },
        actions.map((action) =>
          h(
            "button",
            {
              class: `button ${action.kind ?? ""}`,
              type: "button",
              onclick: () => press(action),
              autofocus: action.autofocus === true,
            },
            action.label,
          ),
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}

let toastTimer = 0;

/** A short message at the foot of the page, read out by screen readers. */
export function toast(text) {
  let place = document.querySelector(".toast");
  if (!place) {
    place = h("p", { class: "toast", role: "status" });
    document.body.append(place);
  }
  place.textContent = text;
  place.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => place.classList.remove("shown"), 5000);
}

/** What went wrong and what to do next; `action` is {label, run}. */
export function errorNotice(text, action = null) {
  return h(
    "div",
    { class: "notice notice-bad", role: "alert" },
    h("p", {}, text),
    action ? h("button", { class: "button small", type: "button", onclick: action.run }, action.label) : null,
  );
}
