// The requester's instructions: opened by themselves the first time a Toloker meets a project, and by the button later.
import { ask, h } from "../dom.js";
import { currentToloker } from "./tolokers.js";

const SEEN = "sandbox.instructions_seen.";
const STYLE = `<style>
  body { font: 16px/1.55 system-ui, sans-serif; color: #17252b; margin: 0 4px; overflow-wrap: anywhere }
  h1, h2, h3 { line-height: 1.25 } style + * { margin-top: 0 } img { max-width: 100% }
  table { border-collapse: collapse } td, th { border: 1px solid #ccd6d6; padding: 4px 8px }
</style>`;

// A requester's HTML runs no script and has no origin here: the token is next door.
function instructionsFrame(html) {
  return h("iframe", { class: "instructions", title: "Instructions", sandbox: "allow-popups", srcdoc: STYLE + html });
}

export function showInstructions(assignment) {
  const content = assignment.instructions
    ? instructionsFrame(assignment.instructions)
    : h("p", {}, "The requester wrote no instructions for this task.");
  const actions = [{ label: "Got it", kind: "primary", value: true, autofocus: true }];
  return ask({ title: "Instructions", content, className: "drawer", actions });
}

/** Gives a promise that is kept when nothing stands before the task (any more). */
export async function showInstructionsOnce(assignment) {
  const key = `${SEEN}${currentToloker().id}.${assignment.project_id}`;
  if (!assignment.instructions || localStorage.getItem(key)) return;
  localStorage.setItem(key, "1");
  await showInstructions(assignment);
}
