// action.*: what buttons, hotkeys and triggers do. (action, state, task).
import { text, web } from "./elements.js";
import { at, locate, resolve, unwrap, valueAt, writable } from "./values.js";

// The drawn component that an action names by its specification (usually through {"$ref": "vars.x"}).
function slotOf(view, state, task) {
  const found = typeof view?.$ref === "string" ? state.at(view.$ref) : view;
  const [target] = unwrap(found, state);
  const wanted = JSON.stringify(target);
  return task.slots.find(({ slot, spec }) => slot.isConnected && (spec === target || JSON.stringify(spec) === wanted))?.slot ?? null;
}

function call(slot, method, ...values) {
  const element = [...(slot?.querySelectorAll("*") ?? [])].find((one) => typeof one[method] === "function");
  element?.[method](...values);
}

function items(action, state) {
  const value = valueAt(locate(action.data, state), state);
  return Array.isArray(value) ? value : [];
}

const ACTIONS = {
  "action.set": (action, state, task) => task.write(locate(action.data, state), resolve(action.payload, state)),
  "action.toggle": (action, state, task) => {
    const place = locate(action.data, state);
    if (writable(place)) task.write(place, valueAt(place, state) === true ? undefined : true);
  },
  "action.bulk": (action, state, task) => {
    const all = resolve(action.payload, state);
    (Array.isArray(all) ? all : []).forEach((one) => task.act(one, state));
  },
  "action.list-push": (action, state, task) =>
    task.write(locate(action.data, state), [...items(action, state), resolve(action.payload, state) ?? null]),
  "action.list-remove": (action, state, task) => {
    const gone = Number(resolve(action.payload, state));
    const rest = items(action, state).filter((_, index) => index !== gone);
    task.write(locate(action.data, state), rest.length ? rest : undefined);
  },
  "action.open-link": (action, state, task) => {
    const url = resolve(action.payload, state);
    task.opened(url);
    if (web(url)) window.open(web(url), "_blank", "noopener");
  },
  "action.notify": (action, state, task) => {
    const payload = resolve(action.payload, state) ?? {};
    task.notify(payload.content ?? payload, payload, state);
  },
  "action.rotate": (action, state, task) => call(slotOf(action.view, state, task), "tbRotate", resolve(action.payload, state)),
  "action.open-close": (action, state, task) => {
    const wanted = resolve(action.payload, state);
    call(slotOf(action.view, state, task), "tbOpen", typeof wanted === "boolean" ? wanted : undefined);
  },
  "action.play-pause": (action, state, task) => {
    const media = slotOf(action.view, state, task)?.querySelector("audio, video");
    if (!media) return;
    if (media.paused) media.play().catch((error) => console.warn("this cannot be played:", error.message));
    else media.pause();
  },
};

/** Run an action; one that the sandbox does not know is named in the console and does nothing. */
export function run(action, state, task) {
  const found = typeof action?.$ref === "string" ? at(state.config, action.$ref) : action;
  const [known, inner] = unwrap(found, state);
  if (Object.hasOwn(ACTIONS, known?.type ?? "")) ACTIONS[known.type](known, inner, task);
  else if (/^helper\./.test(known?.type ?? "")) run(resolve(known, inner), inner, task);
  else if (known) console.warn("the sandbox does not do", text(known.type));
}
