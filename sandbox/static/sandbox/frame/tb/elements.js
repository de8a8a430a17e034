// Building elements of task pages, and what addresses they may lead to.

export function make(tag, properties = {}, ...children) {
  const { dataset, style, role, ...own } = properties;
  const element = Object.assign(document.createElement(tag), own);
  if (role) element.setAttribute("role", role);
  Object.assign(element.dataset, dataset ?? {});
  Object.assign(element.style, style ?? {});
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The key that does the same, shown beside a label; screen readers need not hear it. */
export const keyBadge = (key) => (key ? make("kbd", { ariaHidden: "true" }, key) : null);

/** The address, or "" if it is none that a task may show: scripts in addresses are not. */
export const web = (url) => (/^(https?:|data:(image|audio|video)\/|blob:|\/)/i.test(String(url ?? "")) ? String(url) : "");

export const text = (value) => {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

const positive = (value) => (Number(value) > 0 ? Number(value) : null);

/**
 * Size of a picture, film or page in its place. `ratio` [width, height], `minWidth` and `maxWidth` in pixels, `fullHeight` fills the window
 * (400 px at least) and sets the ratio aside, as in Toloka's description of these components.
 */
export function sized(element, props) {
  const { style } = element;
  if (positive(props.minWidth)) style.minWidth = `min(100%, ${positive(props.minWidth)}px)`;
  if (positive(props.maxWidth)) style.maxWidth = `${positive(props.maxWidth)}px`;
  if (props.fullHeight === true) {
    style.height = "max(400px, 100vh - 48px)";
    style.maxHeight = "none";
  } else if (Array.isArray(props.ratio) && positive(props.ratio[0]) && positive(props.ratio[1])) {
    style.aspectRatio = `${positive(props.ratio[0])} / ${positive(props.ratio[1])}`;
    style.height = "auto";
    style.maxHeight = "none";
  }
  return element;
}
