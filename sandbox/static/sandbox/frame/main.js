// The task frame. It lives on its own origin, gets one assignment from the desk by postMessage, and never sees a token.
//
// desk -> frame   {type: "sandbox:task", assignment, workspace}    once, after "ready"
//                 {type: "sandbox:submit"}                         the Toloker pressed Submit
//                 {type: "sandbox:errors", errors}                 what the server refused, by task: null | {task_id, errors:
//                                                                  {field: {code, message}}}
//                 {type: "sandbox:uploaded", ref, id | error}      what became of an upload
//                 {type: "sandbox:destroy"}                        the page is about to go
// frame -> desk   ready | rendered | submit {solutions} | invalid {errors} | skip | instructions | upload {ref, name, file} |
//                 problem {message}   (each "sandbox:…")
import { showClassic } from "./classic.js";
import { showTemplateBuilder } from "./tb/show.js";
import { connectUploads, uploaded } from "./uploads.js";

const allowed = JSON.parse(document.getElementById("desk-origins").textContent);
const desk = decodeURIComponent(location.hash.slice(1));
let view = null;

function post(type, data = {}) {
  window.parent.postMessage({ type: `sandbox:${type}`, ...data }, desk);
}

const OUT = {
  "assignment:submit": (data) => post("submit", { solutions: plain(data.solutions) }),
  "assignment:skip": () => post("skip"),
  "assignment:validation:fail": (errors) => post("invalid", { errors: plain(errors) }),
  "task:interface:show:instruction": () => post("instructions"),
};

// Scripts may hang functions or elements on their objects; only data crosses the border.
function plain(data) {
  return JSON.parse(JSON.stringify(data ?? null));
}

function send(name, data) {
  if (Object.hasOwn(OUT, name)) OUT[name](data ?? {});
}

function say(message) {
  const element = document.createElement("p");
  element.className = "task-error";
  element.setAttribute("role", "alert");
  element.textContent = message;
  document.body.append(element);
}

function problem(error) {
  const message = error?.message || String(error);
  console.warn("task:", error);
  if (!view) say(`This task cannot be shown: ${message}`);
  post("problem", { message });
}

async function show(assignment, workspace) {
  const kind = assignment.view_spec?.type === "tb" ? showTemplateBuilder : showClassic;
  view = await kind(assignment, workspace, send);
  post("rendered");
}

const IN = {
  "sandbox:task": (message) => {
    if (view) return undefined;
    return show(message.assignment, { ...message.workspace, origin: new URL(desk).host });
  },
  "sandbox:submit": () => view?.submit(),
  "sandbox:errors": (message) => view?.showErrors(message.errors),
  "sandbox:uploaded": (message) => uploaded(message),
  "sandbox:destroy": () => view?.destroy(),
};

function start() {
  connectUploads(post);
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== desk) return;
    if (!Object.hasOwn(IN, event.data?.type)) return;
    Promise.resolve()
      .then(() => IN[event.data.type](event.data))
      .catch(problem);
  });
  window.addEventListener("error", (event) => problem(event.error ?? event.message));
  window.addEventListener("unhandledrejection", (event) => problem(event.reason));
  post("ready");
}

if (window.parent !== window && allowed.includes(desk)) start();
else say("Tasks are shown inside the Toloker's desk: open the sandbox's first page and take one there.");
