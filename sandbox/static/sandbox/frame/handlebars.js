// The subset of Handlebars that classic markup uses: {{path}}, {{{path}}}, {{helper arg key=value}}, (sub helper), {{#if}} {{#unless}}
// {{#each}} {{#with}} {{else}}, comments, and block components. Values are escaped; components return SafeText, which is not.

export class SafeText {
  constructor(text) {
    this.text = text;
  }
}

export function escapeText(value) {
  const marks = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };
  return String(value).replace(/[&<>"']/g, (mark) => marks[mark]);
}

// --- reading ---------------------------------------------------------------------------------------------------------------------

const TAG = /\{\{!--[\s\S]*?--\}\}|\{\{\{[\s\S]*?\}\}\}|\{\{[\s\S]*?\}\}/g;

function tokens(source) {
  const found = [];
  let last = 0;
  for (const match of source.matchAll(TAG)) {
    if (match.index > last) found.push({ kind: "text", text: source.slice(last, match.index) });
    found.push(tag(match[0]));
    last = match.index + match[0].length;
  }
  if (last < source.length) found.push({ kind: "text", text: source.slice(last) });
  return found.filter((token) => token.kind !== "comment");
}

function tag(raw) {
  if (raw.startsWith("{{!")) return { kind: "comment" };
  const triple = raw.startsWith("{{{");
  const body = raw
    .slice(triple ? 3 : 2, triple ? -3 : -2)
    .replace(/^~|~$/g, "")
    .trim();
  if (body.startsWith("#")) return { kind: "open", call: expression(body.slice(1)) };
  if (body.startsWith("/")) return { kind: "close", name: body.slice(1).trim() };
  if (body === "else" || body === "^") return { kind: "else" };
  if (body.startsWith("else ")) return { kind: "else", call: expression(body.slice(5)) };
  return { kind: "value", call: expression(body.replace(/^&/, "")), raw: triple || body.startsWith("&") };
}

const WORD = /\s*(?:([\w$-]+)=|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([()])|([^\s()=]+))/gy;

function expression(text) {
  const words = [];
  WORD.lastIndex = 0;
  while (WORD.lastIndex < text.length) {
    if (!text.slice(WORD.lastIndex).trim()) break;
    const match = WORD.exec(text);
    if (!match) throw new Error(`The markup has an expression that cannot be read: {{${text}}}`);
    if (match[1]) words.push({ key: match[1] });
    else if (match[2]) words.push({ literal: match[2].slice(1, -1).replace(/\\(.)/g, "$1") });
    else if (match[3]) words.push({ mark: match[3] });
    else words.push(atom(match[4]));
  }
  const position = { at: 0 };
  return call(words, position);
}

function atom(word) {
  if (word === "true" || word === "false") return { literal: word === "true" };
  if (word === "null" || word === "undefined") return { literal: null };
  if (/^-?\d+(\.\d+)?$/.test(word)) return { literal: Number(word) };
  return { path: word };
}

function call(words, position) {
  const head = operand(words, position);
  const args = [];
  const named = {};
  while (position.at < words.length && words[position.at].mark !== ")") {
    const word = words[position.at];
    if (word.key) {
      position.at += 1;
      named[word.key] = operand(words, position);
    } else {
      args.push(operand(words, position));
    }
  }
  return { head, args, named };
}

function operand(words, position) {
  const word = words[position.at];
  if (!word) throw new Error("The markup has an expression that ends too early.");
  position.at += 1;
  if (word.mark !== "(") return word;
  const inner = call(words, position);
  position.at += 1;
  return { call: inner };
}

function block(list, position, name) {
  const section = { body: [], otherwise: [] };
  let target = section.body;
  while (position.at < list.length) {
    const token = list[position.at];
    position.at += 1;
    if (token.kind === "close") {
      if (token.name !== name) throw new Error(`The markup closes {{/${token.name}}} where {{/${name ?? ""}}} is open.`);
      return section;
    }
    if (token.kind === "else") {
      target = section.otherwise;
      if (token.call) {
        // {{else if x}} is a block inside the else branch that shares the outer closing tag.
        target.push({ kind: "block", call: token.call, ...block(list, position, name) });
        return section;
      }
    } else if (token.kind === "open") {
      target.push({ kind: "block", call: token.call, ...block(list, position, token.call.head.path) });
    } else {
      target.push(token);
    }
  }
  if (name) throw new Error(`The markup never closes {{#${name}}}.`);
  return section;
}

// --- writing ---------------------------------------------------------------------------------------------------------------------

const LOGIC = {
  concat: (args) => args.join(""),
  get: ([object, key]) => object?.[key],
  and: (args) => args.every(truthy),
  or: (args) => args.some(truthy),
  not: ([value]) => !truthy(value),
  gt: ([a, b]) => a > b,
  gte: ([a, b]) => a >= b,
  lt: ([a, b]) => a < b,
  lte: ([a, b]) => a <= b,
  equal: ([a, b]) => a === b || JSON.stringify(a) === JSON.stringify(b),
};

const BLOCKS = {
  if: (node, scope, run) => run(truthy(value(node.call.args[0], scope)) ? node.body : node.otherwise, scope),
  unless: (node, scope, run) => run(truthy(value(node.call.args[0], scope)) ? node.otherwise : node.body, scope),
  with: (node, scope, run) => {
    const inner = value(node.call.args[0], scope);
    return truthy(inner) ? run(node.body, { ...scope, data: inner, parent: scope }) : run(node.otherwise, scope);
  },
  each: (node, scope, run) => {
    const items = Object.entries(value(node.call.args[0], scope) ?? {});
    if (!items.length) return run(node.otherwise, scope);
    return items
      .map(([key, data], index) =>
        run(node.body, {
          ...scope,
          data,
          parent: scope,
          marks: { index, key, first: index === 0, last: index === items.length - 1 },
        }),
      )
      .join("");
  },
};

function truthy(candidate) {
  return Array.isArray(candidate) ? candidate.length > 0 : Boolean(candidate);
}

function lookup(path, scope) {
  let from = scope;
  let rest = path;
  while (rest.startsWith("../")) {
    from = from.parent ?? from;
    rest = rest.slice(3);
  }
  if (rest.startsWith("@root")) {
    while (from.parent) from = from.parent;
    rest = rest.slice(5).replace(/^\./, "") || "this";
  } else if (rest.startsWith("@")) {
    return from.marks?.[rest.slice(1)];
  }
  if (rest === "this" || rest === ".") return from.data;
  return rest
    .replace(/^(this[./]|\.\/)/, "")
    .split(/[./]/)
    .reduce((data, key) => (data === null || data === undefined ? undefined : data[key.replace(/^\[|\]$/g, "")]), from.data);
}

function value(word, scope) {
  if (word === undefined) return undefined;
  if ("literal" in word) return word.literal;
  if (word.call) return callValue(word.call, scope, () => "");
  return lookup(word.path, scope);
}

function callValue(found, scope, inner) {
  const name = found.head.path;
  const named = () => Object.fromEntries(Object.entries(found.named).map(([key, word]) => [key, value(word, scope)]));
  const args = () => found.args.map((word) => value(word, scope));
  if (name && Object.hasOwn(scope.components, name) && (found.args.length || Object.keys(found.named).length || inner)) {
    return scope.components[name](named(), inner, args());
  }
  if (name && Object.hasOwn(LOGIC, name) && found.args.length) return LOGIC[name](args());
  if (name && (found.args.length || Object.keys(found.named).length)) {
    throw new Error(`The markup uses the component or helper "${name}", which the sandbox does not have.`);
  }
  return value(found.head, scope);
}

function run(nodes, scope) {
  return nodes
    .map((node) => {
      if (node.kind === "text") return node.text;
      if (node.kind === "block") return runBlock(node, scope);
      const result = callValue(node.call, scope, null);
      if (result instanceof SafeText) return result.text;
      if (result === null || result === undefined) return "";
      const text = typeof result === "object" ? JSON.stringify(result) : String(result);
      return node.raw ? text : escapeText(text);
    })
    .join("");
}

function runBlock(node, scope) {
  const name = node.call.head.path;
  if (Object.hasOwn(BLOCKS, name)) return BLOCKS[name](node, scope, run);
  const result = callValue(node.call, scope, () => run(node.body, scope));
  return result instanceof SafeText ? result.text : escapeText(result ?? "");
}

/**
 * Fill a template. `components`: {name: (named arguments, inner() | null, positional arguments) -> SafeText}.
 * Throws Error with a sentence when the markup cannot be read or names an unknown component.
 */
export function fill(source, data, components = {}) {
  const root = block(tokens(source), { at: 0 }, undefined);
  return run(root.body, { data, components, parent: null, marks: {} });
}
