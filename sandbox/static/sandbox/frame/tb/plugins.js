// plugin.*: hotkeys, triggers, and the page's layout.
import { annotationKey } from "./annotation/field.js";
import { keyName } from "./annotation/keys.js";
import { make, text } from "./elements.js";
import { holds } from "./conditions.js";
import { resolve } from "./values.js";

export function pluginsOf(config) {
  return (Array.isArray(config.plugins) ? config.plugins : []).map((one) => resolve(one, { config })).filter((one) => one?.type);
}

/** The hotkeys of plugin.hotkeys: {key: action}. */
export function hotkeysOf(config) {
  const all = pluginsOf(config).filter((one) => one.type === "plugin.hotkeys");
  return Object.assign({}, ...all.map(({ type, version, allowHotkeysInInputs, ...keys }) => keys));
}

export const annotationKeysOf = (config) => pluginsOf(config).find((one) => one.type === "plugin.field.image-annotation.hotkeys") ?? null;

const typing = (element) => element.matches?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

/** Keys act in the task that was used last; `focused()` gives it. */
export function listenToKeys(config, focused) {
  const keys = hotkeysOf(config);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    const name = keyName(event);
    if (Object.hasOwn(keys, name)) {
      focused().act(keys[name]);
      event.preventDefault();
    } else if (annotationKey(event)) {
      event.preventDefault();
    }
  });
}

const ROUNDS = 50; // times that triggers may set each other off before they are stopped

/** plugin.trigger of one task. Gives a function that is called after every change. */
export function triggersOf(config, task) {
  const all = pluginsOf(config)
    .filter((one) => one.type === "plugin.trigger")
    .map((spec) => ({ spec, last: undefined, started: false }));
  let rounds = 0;
  const look = (trigger) => {
    const { spec } = trigger;
    const value = resolve(spec.onChangeOf, task.state);
    const now = JSON.stringify(value) ?? "";
    const first = !trigger.started;
    if (!first && now === trigger.last) return;
    trigger.started = true;
    trigger.last = now;
    if (first && spec.fireImmediately !== true) return;
    const local = value !== null && typeof value === "object" ? { ...task.state.local, ...value } : value;
    const state = { ...task.state, scoped: true, local };
    if (holds(spec.condition, state, { value })) task.act(spec.action, state);
  };
  return () => {
    rounds += 1;
    if (rounds === 1) setTimeout(() => (rounds = 0), 0);
    if (rounds === ROUNDS) console.warn("the task's triggers set each other off without an end; they were stopped");
    if (rounds < ROUNDS) all.forEach(look);
  };
}

/** plugin.toloka: {kind: "scroll" | "pager", taskWidth, notifications}. */
export function layoutOf(config) {
  const found = pluginsOf(config).find((one) => one.type === "plugin.toloka") ?? {};
  return {
    kind: found.layout?.kind ?? "scroll",
    taskWidth: Number(found.layout?.taskWidth) || null,
    notifications: found.notifications ?? [],
  };
}

/** One task at a time, with buttons at the foot. Gives {element, go(index)}. */
export function pager(tasks) {
  let at = 0;
  const where = make("span", { role: "status" });
  const button = (label, step) => {
    const made = make("button", { type: "button", className: "tb-button" }, label);
    made.addEventListener("click", () => go(at + step));
    return made;
  };
  const [back, on] = [button("Previous", -1), button("Next", 1)];
  const go = (index) => {
    at = Math.min(tasks.length - 1, Math.max(0, index));
    tasks.forEach((task, other) => {
      task.element.hidden = other !== at;
    });
    back.disabled = at === 0;
    on.disabled = at === tasks.length - 1;
    where.textContent = `Task ${at + 1} of ${tasks.length}`;
  };
  go(0);
  return { element: make("nav", { className: "tb-pager", ariaLabel: "Tasks of this page" }, back, where, on), go };
}

/** A message over the page that goes by itself. */
export function notice(content, { theme, delay, duration }) {
  const element = make("div", { className: `tb-notice tb-alert ${text(theme) || "info"}`, role: "status" }, content);
  setTimeout(() => document.body.append(element), Number(delay) || 0);
  setTimeout(() => element.remove(), (Number(delay) || 0) + (Number(duration) || 5000));
}
