// The desk's end of the task frame: builds it and speaks with it (messages in frame/main.js). Only the frame's own window on the frame's
// own origin is listened to.
import { h } from "../dom.js";

const STRANGE = 12000; // milliseconds after which a silent frame is reported

/** on: {rendered(), submit(solutions), invalid(errors), skip(), instructions(), upload(name, file), problem(message), silent()} */
export function taskFrame(origin, assignment, on) {
  const element = h("iframe", {
    class: "task-frame",
    title: "Task",
    src: `${origin}/frame#${encodeURIComponent(location.origin)}`,
    sandbox: "allow-scripts allow-same-origin allow-forms allow-popups",
    allow: "fullscreen; clipboard-write; autoplay; camera; microphone; geolocation",
  });
  const post = (type, data = {}) => element.contentWindow?.postMessage({ type: `sandbox:${type}`, ...data }, origin);
  const silence = setTimeout(() => on.silent(), STRANGE);
  const IN = {
    "sandbox:ready": () =>
      post("task", { assignment, workspace: { language: "EN", agent: "FRONTEND", isReadOnly: false, isReviewMode: false } }),
    "sandbox:rendered": () => {
      clearTimeout(silence);
      on.rendered();
    },
    "sandbox:submit": (message) => on.submit(message.solutions),
    "sandbox:invalid": (message) => on.invalid(message.errors),
    "sandbox:skip": () => on.skip(),
    "sandbox:instructions": () => on.instructions(),
    // The frame has no token, so the desk uploads for it; only a file is taken, never an address.
    "sandbox:upload": ({ ref, name, file }) => {
      if (!(file instanceof Blob)) return;
      on.upload(String(name), file).then(
        (id) => post("uploaded", { ref, id }),
        (error) => post("uploaded", { ref, error: error.message }),
      );
    },
    "sandbox:problem": (message) => {
      clearTimeout(silence);
      on.problem(message.message);
    },
  };
  const listen = (event) => {
    if (event.origin !== origin || event.source !== element.contentWindow) return;
    if (Object.hasOwn(IN, event.data?.type)) IN[event.data.type](event.data);
  };
  window.addEventListener("message", listen);
  return {
    element,
    submit: () => post("submit"),
    showErrors: (errors) => post("errors", { errors }),
    close: () => {
      clearTimeout(silence);
      window.removeEventListener("message", listen);
      post("destroy");
    },
  };
}
