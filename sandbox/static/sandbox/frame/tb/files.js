// Fields whose value is the id of an uploaded file (a list of ids where `multiple`).
import { upload } from "../uploads.js";
import { make, text } from "./elements.js";

const KINDS = { photo: "image/*", video: "video/*", gallery: "image/*,video/*", audio: "audio/*", files: "*/*" };

function preview(file) {
  const kind = file.type.split("/")[0];
  const tags = { image: "img", audio: "audio", video: "video" };
  if (!Object.hasOwn(tags, kind)) return null;
  const url = URL.createObjectURL(file);
  return make(tags[kind], { src: url, className: "tb-file-preview", ...(kind === "image" ? { alt: "" } : { controls: true }) });
}

/** One uploader: inputs (label, accept, capture) and the list of what was chosen. */
function uploader(props, value, write, choosers) {
  const multiple = props.multiple === true;
  let files = [value]
    .flat()
    .filter(Boolean)
    .map((id) => ({ id, name: id, state: "done", shown: null }));
  const list = make("ul", { className: "tb-files" });
  const element = make("div", { className: "tb-upload" });

  const publish = () => {
    const ids = files.filter((file) => file.state === "done").map((file) => file.id);
    write(multiple ? (ids.length ? ids : undefined) : ids.at(-1));
  };
  const WORDS = { sending: "is being uploaded…", failed: "was not uploaded:", done: "" };
  const draw = () =>
    list.replaceChildren(
      ...files.map((file) => {
        const remove = make("button", { type: "button", className: "tb-button small" }, "Remove");
        remove.setAttribute("aria-label", `Remove ${file.name}`);
        remove.addEventListener("click", () => {
          files = files.filter((other) => other !== file);
          publish();
          draw();
        });
        const says = [WORDS[file.state], file.problem].filter(Boolean).join(" ");
        return make("li", { className: file.state }, file.shown, make("span", {}, file.name, says ? ` ${says}` : ""), remove);
      }),
    );
  const send = async (chosen) => {
    const file = { id: null, name: chosen.name, state: "sending", shown: preview(chosen), problem: "" };
    files = multiple ? [...files, file] : [file];
    draw();
    try {
      file.id = await upload(chosen, chosen.name);
      file.state = "done";
    } catch (error) {
      file.state = "failed";
      file.problem = error.message;
    }
    if (!files.includes(file)) return;
    publish();
    draw();
  };

  element.append(
    make(
      "div",
      { className: "tb-toggles" },
      choosers.map(({ label, accept, capture }) => {
        const input = make("input", { type: "file", accept, multiple, disabled: props.disabled === true, className: "tb-file-input" });
        if (capture) input.setAttribute("capture", capture);
        input.setAttribute("aria-label", label);
        input.addEventListener("change", () => {
          [...input.files].forEach(send);
          input.value = "";
        });
        return make("label", { className: "tb-button" }, input, label);
      }),
    ),
    list,
  );
  draw();
  const complaint = () => {
    if (files.some((file) => file.state === "sending")) return "Wait until the file is uploaded, then submit.";
    return files.some((file) => file.state === "failed") ? "A file was not uploaded. Remove it and choose it again." : null;
  };
  return { element, complaint, send };
}

export function fileField(props, value, write) {
  const accept = (Array.isArray(props.accept) ? props.accept : []).map(text).join(",");
  const label = props.multiple === true ? "Choose files" : "Choose a file";
  return uploader(props, value, write, [{ label, accept }]);
}

/** `accept` names the ways: {photo, video, gallery, fileSystem: true, requirements}. */
export function mediaField(props, value, write) {
  const ways = props.accept && typeof props.accept === "object" ? props.accept : {};
  const known = [
    ways.photo ? { label: "Take a photo", accept: KINDS.photo, capture: "environment" } : null,
    ways.video ? { label: "Record a video", accept: KINDS.video, capture: "environment" } : null,
    ways.gallery ? { label: "Choose from the gallery", accept: KINDS.gallery } : null,
    ways.fileSystem ? { label: "Choose a file", accept: "" } : null,
  ].filter(Boolean);
  return uploader(props, value, write, known.length ? known : [{ label: "Choose a file", accept: KINDS.gallery }]);
}

/** Sound: recorded here where the browser may, or a file. */
export function audioField(props, value, write) {
  const made = uploader(props, value, write, [{ label: "Choose a recording", accept: KINDS.audio }]);
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) return made;
  const button = make("button", { type: "button", className: "tb-button", disabled: props.disabled === true }, "Record");
  let recorder = null;
  const stop = () => recorder?.stop();
  const start = async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const parts = [];
    recorder = new MediaRecorder(stream);
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      stream.getTracks().forEach((track) => track.stop());
      made.send(new File(parts, "recording.webm", { type: recorder.mimeType || "audio/webm" }));
      recorder = null;
      button.textContent = "Record";
    });
    recorder.start();
    button.textContent = "Stop recording";
  };
  button.addEventListener("click", () => {
    if (recorder) stop();
    else start().catch(() => button.replaceWith("The browser does not give a microphone to this page; choose a file instead."));
  });
  made.element.querySelector(".tb-toggles").prepend(button);
  return made;
}
