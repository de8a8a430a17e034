// Audience builder: rows and groups with And / Or, nested, over a hidden field that holds the platform's filter JSON.
//
// <div data-audience data-field="id of the field" data-catalogue="id of the JSON script" data-problems='{"and.0.value": "sentence"}'>
// What the form's fields cannot express is kept as it is and shown raw; nothing is changed that nobody touched.

const OPERATORS = { EQ: "is", NE: "is not", IN: "is", NOT_IN: "is not", GT: "more than", GTE: "at least", LT: "less than", LTE: "at most" };
const COMPARED = { ...OPERATORS, EQ: "exactly", NE: "other than" };
const DATES = { EQ: "on", NE: "not on", GT: "after", GTE: "on or after", LT: "before", LTE: "on or before" };
const AGES = { LTE: "at least", GT: "under" };
const SKILLS = { HAS: "has it", HAS_NOT: "does not have it", ...COMPARED };
const DAY = 86400;

// --- filter JSON <-> tree --------------------------------------------------------------------------------------------
// Tree: {group: "and"|"or", items, path} | {field, operator, value, skill?, tested?, path} | {raw, path}
const isGroup = (node) => node !== null && typeof node === "object" && Object.keys(node).length === 1
  && ["and", "or"].includes(Object.keys(node)[0]) && Array.isArray(Object.values(node)[0]);
const at = (path, step) => (path ? `${path}.${step}` : String(step));

function testedLanguage(node, catalogue) {
  const [language, skill, more] = node.and ?? [];
  if (!skill || more || language.key !== "languages" || language.operator !== "IN" || skill.category !== "skill") return null;
  const matches = skill.key === catalogue.language_skills[language.value] && skill.operator === "EQ" && skill.value === 100;
  return matches ? language.value : null;
}

function fits(field, operator, value) {
  if (!field.operators.includes(operator)) return false;
  if (field.kind === "choice") return field.choices.some(([code]) => code === value);
  if (field.kind === "bool") return typeof value === "boolean";
  if (field.kind === "skill") return typeof value === "number" || (value === null && ["EQ", "NE"].includes(operator));
  return typeof value === "number";
}

function readCondition(node, path, catalogue) {
  const { category, key, operator, value, ...more } = node ?? {};
  const id = category === "skill" ? "skill/" : `${category}/${key}`;
  const field = catalogue.byId.get(id);
  if (!field || Object.keys(more).length || !fits(field, operator, value)) return { raw: node, path };
  const row = { field: id, operator, value, path };
  if (field.kind === "skill") {
    if (typeof key !== "string") return { raw: node, path };
    row.skill = key;
    if (value === null) row.operator = operator === "NE" ? "HAS" : "HAS_NOT";
  }
  if (field.kind === "date" && operator in AGES) row.field = "age/";
  return row;
}

export function read(node, catalogue, path = "") {
  if (!isGroup(node)) return readCondition(node, path, catalogue);
  const language = path && testedLanguage(node, catalogue);
  if (language) return { field: "profile/languages", operator: "IN", value: language, tested: true, path };
  const [word, members] = Object.entries(node)[0];
  return { group: word, path, items: members.map((member, number) => read(member, catalogue, at(at(path, word), number))) };
}

export function write(node, catalogue) {
  if ("raw" in node) return node.raw;
  if (node.group) {
    const items = node.items.map((item) => write(item, catalogue)).filter((item) => item !== null);
    return items.length ? { [node.group]: items } : null;
  }
  const { category, key } = catalogue.byId.get(node.field);
  const condition = { category, key, operator: node.operator, value: node.value };
  if (node.field === "age/") Object.assign(condition, { category: "profile", key: "date_of_birth" });
  if (category === "skill") {
    condition.key = node.skill;
    if (node.operator.startsWith("HAS")) Object.assign(condition, { operator: node.operator === "HAS" ? "NE" : "EQ", value: null });
  }
  if (!node.tested) return condition;
  return { and: [condition, { category: "skill", key: catalogue.language_skills[node.value], operator: "EQ", value: 100 }] };
}

export function prepare(catalogue) {
  const age = { category: "age", key: "", label: "Age", operators: Object.keys(AGES), kind: "age", choices: [], group: "Profile" };
  const birth = catalogue.fields.findIndex((field) => field.key === "date_of_birth");
  const fields = catalogue.fields.toSpliced ? catalogue.fields.toSpliced(birth, 0, age)
    : [...catalogue.fields.slice(0, birth), age, ...catalogue.fields.slice(birth)];
  return { ...catalogue, fields, byId: new Map(fields.map((field) => [`${field.category}/${field.key}`, field])) };
}

// --- years and dates, UTC ---------------------------------------------------------------------------------------------
const isoDay = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
const secondsOf = (day) => Math.floor(Date.parse(`${day}T00:00:00Z`) / 1000);

function bornYearsAgo(years) {
  const now = new Date();
  return Date.UTC(now.getUTCFullYear() - years, now.getUTCMonth(), now.getUTCDate()) / 1000;
}

function yearsSince(seconds) {
  const now = new Date();
  const born = new Date(seconds * 1000);
  const before = now.getUTCMonth() - born.getUTCMonth() || now.getUTCDate() - born.getUTCDate();
  return now.getUTCFullYear() - born.getUTCFullYear() - (before < 0 ? 1 : 0);
}

// --- markup -----------------------------------------------------------------------------------------------------------
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function select(label, options, chosen, onchange, attributes = {}) {
  const list = el("select", { class: "form-select", "aria-label": label, onchange: (event) => onchange(event.target.value), ...attributes });
  list.append(...options.map(([value, text]) => el("option", { value, selected: String(value) === String(chosen) }, text)));
  return list;
}

const number = (label, value, onchange, attributes = {}) => el("input", {
  class: "form-control", type: "number", "aria-label": label, value, oninput: (event) => onchange(event.target.valueAsNumber), ...attributes });

class Builder {
  constructor(host) {
    this.host = host;
    this.input = document.getElementById(host.dataset.field);
    this.catalogue = prepare(JSON.parse(document.getElementById(host.dataset.catalogue).textContent));
    this.problems = JSON.parse(host.dataset.problems || "{}");
    this.rawPart = document.querySelector("[data-audience-raw]");
    if (this.load()) this.showBuilder(true);
  }

  // False where the field holds something that is no JSON: then the field itself is shown.
  load() {
    try {
      const value = JSON.parse(this.input.value.trim() || "{}") ?? {};
      const root = Object.keys(value).length === 0 ? { and: [] } : value;
      this.tree = isGroup(root) ? read(root, this.catalogue) : { group: "and", path: "", items: [read(root, this.catalogue)] };
      return true;
    } catch {
      return false;
    }
  }

  showBuilder(shown) {
    this.host.hidden = !shown;
    this.rawPart.hidden = shown;
    if (shown) return this.draw();
    if (!this.back) {
      this.back = el("button", { type: "button", class: "btn btn-sm mb-2", onclick: () => {
        this.problems = {};
        if (this.load()) this.showBuilder(true);
        else this.input.setCustomValidity("This is not JSON."), this.input.reportValidity(), this.input.setCustomValidity("");
      } }, "Back to rules");
      this.rawPart.append(this.back);
    }
    this.input.focus();
  }

  store() {
    const value = write(this.tree, this.catalogue);
    this.input.value = value ? JSON.stringify(value) : "";
  }

  // A change of shape draws everything again and gives the focus back to what `focus` picks.
  draw(focus) {
    this.store();
    this.marks = 0; // groups are numbered in drawing order
    const everyone = this.tree.items.length === 0;
    this.host.replaceChildren(...[
      el("p", { class: "text-secondary" }, everyone ? "Everyone on the platform may take these jobs. Add rules to narrow it down." : "Only Tolokers who match may take these jobs."),
      this.problem(this.tree, true), this.group(this.tree, null),
      el("button", { type: "button", class: "btn btn-link btn-sm crowd-as-json", onclick: () => { this.store(); this.showBuilder(false); } }, "Edit as JSON"),
    ].filter(Boolean));
    if (focus) this.host.querySelector(focus)?.focus();
  }

  problem(node, exact = false) {
    if (node.path === undefined) return null;
    const own = Object.entries(this.problems).filter(([path]) => path === node.path || (exact ? path === at(node.path, node.group) : path.startsWith(`${node.path}.`)));
    if (!own.length) return null;
    return el("div", { class: "invalid-feedback d-block" }, own.map(([, text]) => text).join(" "));
  }

  group(node, parent) {
    const mark = (node.mark = this.marks += 1);
    const word = (value, text) => [
      el("input", { type: "radio", class: "btn-check", name: `audience-word-${mark}`, id: `audience-${mark}-${value}`, checked: node.group === value,
        onchange: () => { node.group = value; this.draw(`#audience-${mark}-${value}`); } }),
      el("label", { class: "btn btn-sm", for: `audience-${mark}-${value}` }, text)];
    const add = (item, focus) => { node.items.push(item); this.draw(); this.focusLast(node, focus); };
    return el("div", { class: "crowd-group", role: "group", "aria-label": parent ? "Group of rules" : "Audience", "data-group": mark },
      el("div", { class: "crowd-group-head" },
        el("div", { class: "btn-group", role: "group", "aria-label": "How the rules go together" }, ...word("and", "And"), ...word("or", "Or")),
        el("span", { class: "text-secondary" }, node.group === "and" ? "all of these" : "any of these"),
        parent && el("button", { type: "button", class: "btn btn-sm btn-ghost-secondary ms-auto", onclick: () => this.remove(node, parent) }, "Remove group")),
      parent && this.problem(node, true),
      el("div", { class: "crowd-group-items" }, ...node.items.map((item) => (item.group ? this.group(item, node) : this.row(item, node)))),
      el("div", { class: "crowd-group-foot" },
        el("button", { type: "button", class: "btn btn-sm", "data-add": "rule", onclick: () => add({ field: "profile/languages", operator: "IN", value: "EN" }, "select") }, "Add rule"),
        el("button", { type: "button", class: "btn btn-sm", "data-add": "group", onclick: () => add({ group: node.group === "and" ? "or" : "and", items: [] }, "[data-add]") }, "Add group")));
  }

  focusLast(node, what) {
    const items = this.host.querySelector(`[data-group="${node.mark}"] > .crowd-group-items`);
    items.lastElementChild?.querySelector(what)?.focus();
  }

  remove(node, parent) {
    parent.items.splice(parent.items.indexOf(node), 1);
    this.draw();
    this.host.querySelector(`[data-group="${parent.mark}"] > .crowd-group-foot [data-add]`)?.focus();
  }

  row(node, parent) {
    const remove = el("button", { type: "button", class: "btn btn-icon btn-ghost-secondary", "aria-label": "Remove rule", title: "Remove rule", onclick: () => this.remove(node, parent) }, "×");
    if ("raw" in node) {
      return el("div", { class: "crowd-rule" }, el("code", { class: "crowd-rule-raw" }, JSON.stringify(node.raw)), remove, this.problem(node));
    }
    const field = this.catalogue.byId.get(node.field);
    return el("div", { class: "crowd-rule", role: "group", "aria-label": `Rule: ${field.label}` },
      this.fieldSelect(node, parent), ...this.controls(node, field, parent), remove, this.problem(node));
  }

  // Draws again and puts the focus on the n-th control of the same rule.
  redraw(node, parent, position) {
    delete node.path;
    this.draw();
    const items = this.host.querySelector(`[data-group="${parent.mark}"] > .crowd-group-items`);
    items.children[parent.items.indexOf(node)].querySelectorAll("select, input")[position]?.focus();
  }

  fieldSelect(node, parent) {
    const list = el("select", { class: "form-select", "aria-label": "What", onchange: (event) => {
      const field = this.catalogue.byId.get(event.target.value);
      for (const name of Object.keys(node)) delete node[name];
      Object.assign(node, { field: event.target.value, ...this.fresh(field) });
      this.redraw(node, parent, 0);
    } });
    for (const group of new Set(this.catalogue.fields.map((field) => field.group))) {
      list.append(el("optgroup", { label: group }, ...this.catalogue.fields.filter((field) => field.group === group).map((field) => {
        const id = `${field.category}/${field.key}`;
        return el("option", { value: id, selected: id === node.field }, field.label);
      })));
    }
    return list;
  }

  fresh(field) {
    const operator = field.operators[0];
    if (field.kind === "age") return { operator: "LTE", value: bornYearsAgo(18) };
    if (field.kind === "date") return { operator: "GTE", value: secondsOf("2000-01-01") };
    if (field.kind === "skill") return { operator: "HAS", value: null, skill: "" };
    if (field.kind === "bool") return { operator, value: true };
    if (field.kind === "region") return { operator, value: field.group === "Place" ? this.catalogue.regions[0][0] : null };
    if (field.kind === "choice") return { operator, value: field.choices[0][0] };
    return { operator: "GTE", value: 1 };
  }

  controls(node, field, parent) {
    const words = { age: AGES, date: DATES, skill: SKILLS, number: COMPARED, integer: COMPARED }[field.kind] ?? OPERATORS;
    const names = field.kind === "skill" ? Object.keys(SKILLS).filter((name) => name.startsWith("HAS") || field.operators.includes(name)) : field.operators;
    const operator = select("How", names.map((name) => [name, words[name]]), node.operator, (name) => {
      node.operator = name;
      if (field.kind === "skill") node.value = name.startsWith("HAS") ? null : (node.value ?? 80);
      if (name !== "IN") delete node.tested;
      this.redraw(node, parent, field.kind === "skill" ? 2 : 1);
    });
    if (field.kind === "skill") return this.skillControls(node, operator, parent);
    return [operator, ...this.valueControls(node, field, parent)];
  }

  // By name; by number what is not among the account's skills, such as the platform's own.
  skillControls(node, operator, parent) {
    const skills = this.catalogue.skills ?? [];
    const listed = skills.length > 0 && !node.byNumber && (node.skill === "" || skills.some(([number]) => number === node.skill));
    const named = () => select("Skill", [...(node.skill ? [] : [["", "Choose…"]]), ...skills, ["#", "Another one, by its number"]], node.skill, (chosen) => {
        node.skill = chosen === "#" ? "" : chosen;
        if (chosen === "#") node.byNumber = true;
        this.redraw(node, parent, 1);
      }, { required: true });
    const numbered = () => el("input", { class: "form-control", type: "text", inputmode: "numeric", pattern: "[0-9]+", required: true, placeholder: "skill number", "aria-label": "Number of the skill",
      value: node.skill, oninput: (event) => { node.skill = event.target.value.trim(); this.store(); } });
    const id = listed ? named() : numbered();
    const value = node.operator.startsWith("HAS") ? null
      : number("Value, 0 to 100", node.value, (typed) => this.set(node, typed), { min: 0, max: 100, step: "any", required: true });
    return [id, operator, value];
  }

  // NaN (an emptied field) is sent as null, and the server says what is missing.
  set(node, value) {
    node.value = Number.isNaN(value) ? null : value;
    this.store();
  }

  valueControls(node, field, parent) {
    if (field.kind === "choice") return this.choiceControls(node, field, parent);
    if (field.kind === "bool") return [select("Value", [["true", "yes"], ["false", "no"]], node.value, (value) => this.set(node, value === "true"))];
    if (field.kind === "region" && field.group === "Place") {
      const known = this.catalogue.regions.some(([id]) => id === node.value);
      const options = known ? this.catalogue.regions : [[node.value, `Region ${node.value}`], ...this.catalogue.regions];
      return [select("Region", options, node.value, (value) => this.set(node, Number(value)))];
    }
    if (field.kind === "age") {
      return [number("Years", yearsSince(node.value), (years) => this.set(node, Number.isNaN(years) ? years : bornYearsAgo(years)), { min: 0, max: 120, required: true }),
        el("span", { class: "text-secondary" }, "years")];
    }
    if (field.kind === "date") {
      return [el("input", { class: "form-control", type: "date", "aria-label": "Date", required: true, value: isoDay(node.value),
        onchange: (event) => this.set(node, event.target.value ? secondsOf(event.target.value) : NaN) })];
    }
    const step = field.kind === "number" ? "any" : 1;
    return [number(field.kind === "region" ? "Number of the region" : "Value", node.value ?? "", (value) => this.set(node, value), { min: 0, step, required: true })];
  }

  choiceControls(node, field, parent) {
    const list = select(field.label, field.choices, node.value, (value) => {
      node.value = value;
      if (field.key !== "languages") return this.store();
      if (!this.catalogue.language_skills[value]) delete node.tested;
      this.redraw(node, parent, 2);
    });
    if (field.key !== "languages" || node.operator !== "IN" || !this.catalogue.language_skills[node.value]) return [list];
    const box = el("input", { class: "form-check-input", type: "checkbox", role: "switch", checked: node.tested === true,
      onchange: (event) => { if (event.target.checked) node.tested = true; else delete node.tested; this.store(); } });
    return [list, el("label", { class: "form-check form-switch mb-0", title: "Passed the platform's test of this language" }, box, el("span", { class: "form-check-label" }, "verified"))];
  }
}

if (typeof document !== "undefined") for (const host of document.querySelectorAll("[data-audience]")) new Builder(host);
