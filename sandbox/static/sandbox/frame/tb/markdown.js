// Enough Markdown for task texts: headings, lists, emphasis, code, links, images, rules, paragraphs. Builds elements, never HTML text.

const INLINE = /!\[([^\]]*)\]\(([^)\s]+)\)|\[([^\]]+)\]\(([^)\s]+)\)|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*]+)\*|_([^_]+)_|`([^`]+)`/g;

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

const web = (url) => (/^(https?:|data:image\/|\/)/i.test(url) ? url : "#");

function inline(text) {
  const parts = [];
  let last = 0;
  for (const match of text.matchAll(INLINE)) {
    parts.push(text.slice(last, match.index));
    last = match.index + match[0].length;
    const [, alt, src, label, href, strong, strong2, em, em2, code] = match;
    if (src) parts.push(make("img", { src: web(src), alt, className: "tb-image" }));
    else if (href) parts.push(make("a", { href: web(href), target: "_blank", rel: "noopener noreferrer" }, ...inline(label)));
    else if (strong ?? strong2) parts.push(make("strong", {}, ...inline(strong ?? strong2)));
    else if (em ?? em2) parts.push(make("em", {}, ...inline(em ?? em2)));
    else parts.push(make("code", {}, code));
  }
  return [...parts, text.slice(last)];
}

function list(lines) {
  const ordered = /^\s*\d+[.)]/.test(lines[0]);
  return make(ordered ? "ol" : "ul", {}, ...lines.map((line) => make("li", {}, ...inline(line.replace(/^\s*([-*+]|\d+[.)])\s+/, "")))));
}

function block(text) {
  const heading = /^(#{1,6})\s+(.*)$/.exec(text);
  if (heading) return make(`h${heading[1].length}`, {}, ...inline(heading[2]));
  if (/^(-{3,}|\*{3,})$/.test(text)) return make("hr", {});
  const lines = text.split("\n");
  if (lines.every((line) => /^\s*([-*+]|\d+[.)])\s+/.test(line))) return list(lines);
  if (lines.every((line) => line.startsWith(">")))
    return make("blockquote", {}, ...inline(lines.map((line) => line.replace(/^>\s?/, "")).join(" ")));
  return make("p", {}, ...inline(lines.join(" ")));
}

export function markdown(text) {
  const blocks = String(text ?? "")
    .replace(/\r/g, "")
    .replace(/^(#{1,6}\s.*)$/gm, "\n$1\n")
    .split(/\n{2,}/)
    .map((part) => part.trim())
    .filter(Boolean);
  return make("div", { className: "tb-markdown" }, ...blocks.map(block));
}
