// The task page: bar with price, time and buttons, the instructions, and the frame with the task.
import { ICONS, ask, errorNotice, fillElement, h, icon } from "../dom.js";
import { countdown, moment, money } from "../format.js";
import { ApiError, skip, submit } from "./api.js";
import { serverNow } from "./clock.js";
import { taskFrame } from "./frame.js";
import { assignmentInHand, dropAssignment } from "./inhand.js";
import { takeFrom } from "./pools.js";
import { currentToloker } from "./tolokers.js";

const SEEN = "sandbox.instructions_seen.";

/** The requester's instructions, in a frame of their own that runs no script. */
function instructionsFrame(html) {
  const style = "<style>body{font:16px/1.55 system-ui,sans-serif;color:#17252b;margin:0 4px;overflow-wrap:anywhere}h1,h2,h3{line-height:1.25}body>:is(h1,h2,h3,p):nth-child(-n+1){margin-top:0}img{max-width:100%}"
    + "table{border-collapse:collapse}td,th{border:1px solid #ccd6d6;padding:4px 8px}</style>";
  return h("iframe", { class: "instructions", title: "Instructions", sandbox: "allow-popups", srcdoc: style + html });
}

export function showInstructions(assignment) {
  const content = assignment.instructions ? instructionsFrame(assignment.instructions) : h("p", {}, "The requester wrote no instructions for this task.");
  return ask({ title: "Instructions", content, className: "drawer", actions: [{ label: "Got it", kind: "primary", value: true, autofocus: true }] });
}

function firstInstructions(assignment) {
  const key = `${SEEN}${currentToloker().id}.${assignment.project_id}`;
  if (!assignment.instructions || localStorage.getItem(key)) return;
  localStorage.setItem(key, "1");
  showInstructions(assignment);
}

/** What the server has against the solutions, in the shape that classic scripts know: [null | {task_id, errors}]. */
export function errorsByTask(payload, tasks) {
  const errors = tasks.map(() => null);
  Object.entries(payload ?? {}).forEach(([path, error]) => {
    const match = /(?:^|\.)(\d+)\.(?:output_values\.)?([^.]+)/.exec(path);
    const index = match ? Number(match[1]) : 0;
    if (index >= tasks.length) return;
    const field = match ? match[2] : path.split(".").at(-1);
    errors[index] ??= { task_id: tasks[index].id, errors: {} };
    errors[index].errors[field] = { code: error?.code ?? "INVALID_VALUE", message: error?.message ?? String(error) };
  });
  return errors;
}

function timer(expires, onEnd) {
  const shown = h("span", { class: "timer-time" });
  const element = h("p", { class: "timer", role: "timer", title: "Time left for this task" }, icon(...ICONS.clock), h("span", { class: "visually-hidden" }, "Time left"), shown);
  const end = moment(expires)?.getTime();
  let told = false;
  const tick = () => {
    const left = (end - serverNow()) / 1000;
    shown.textContent = countdown(left);
    element.classList.toggle("soon", left < 60);
    if (left <= 0 && !told) {
      told = true;
      onEnd();
    }
  };
  if (!end) return { element: null, stop: () => {} };
  tick();
  const ticking = setInterval(tick, 500);
  return { element, stop: () => clearInterval(ticking) };
}

function donePage(main, assignment, status, go) {
  const accepted = status === "ACCEPTED";
  const trouble = h("div", { "aria-live": "polite" });
  const another = h("button", {
    class: "button primary", type: "button",
    onclick: async () => {
      another.disabled = true;
      try {
        await takeFrom(assignment.pool_id, go);
      } catch (error) {
        fillElement(trouble, errorNotice(error.code === "NO_TASKS_AVAILABLE" ? "That was the last task of this pool for you. Choose another pool." : error.message));
      }
    },
  }, "Take another one");
  const heading = h("h1", { tabindex: "-1" }, accepted ? `Accepted: you earned ${money(assignment.reward)}` : "Submitted, now in review");
  fillElement(main, h("div", { class: "empty done" }, h("span", { class: "big-mark" }, icon(...ICONS.check)), heading,
    h("p", {}, accepted ? "This pool accepts solutions automatically." : `${money(assignment.reward)} is on review and becomes yours when the requester accepts the work.`),
    trouble, h("div", { class: "row" }, another, h("a", { class: "button", href: "#/" }, "Open tasks"), h("a", { class: "button", href: "#/work" }, "My work"))));
  heading.focus();
}

function gonePage(main) {
  fillElement(main, h("div", { class: "empty" }, h("h1", {}, "This task is not in your hands"),
    h("p", {}, "Its time ran out, or it was submitted or skipped before. A task that expires goes to another Toloker."),
    h("div", { class: "row" }, h("a", { class: "button primary", href: "#/" }, "Open tasks"), h("a", { class: "button", href: "#/work" }, "My work"))));
}

/** The page `#/assignment/<id>`. `frameOrigin`: where the frame is served. Gives a function that tears the page down. */
export function taskPage(main, { go, frameOrigin, refreshAccount }, id) {
  let closed = false;
  let tearDown = () => {};
  fillElement(main, h("p", { class: "loading", "aria-busy": "true" }, "Opening the task…"));
  assignmentInHand(id).then((assignment) => {
    if (closed) return;
    if (!assignment) gonePage(main);
    else tearDown = workOn(main, assignment, { go, frameOrigin, refreshAccount });
  }, (error) => fillElement(main, errorNotice(error.message, { label: "Try again", run: () => location.reload() })));
  return () => {
    closed = true;
    tearDown();
    document.body.classList.remove("working");
  };
}

function workOn(main, assignment, { go, frameOrigin, refreshAccount }) {
  document.body.classList.add("working");
  const settings = assignment.view_spec?.settings ?? {};
  const trouble = h("div", { class: "task-trouble", "aria-live": "assertive" });
  let busy = false;
  let ready = false; // the task stands in the frame and can be asked for its solutions
  const setBusy = (now) => {
    busy = now;
    skipButton.disabled = busy;
    submitButton.disabled = busy || !ready;
  };
  const say = (text, action = null) => fillElement(trouble, errorNotice(text, action));

  const frame = taskFrame(frameOrigin, assignment, {
    rendered: () => { ready = true; setBusy(false); },
    submit: (solutions) => send(solutions),
    invalid: (errors) => { setBusy(false); say(invalidSentence(errors)); },
    skip: () => askSkip(),
    instructions: () => showInstructions(assignment),
    problem: (message) => { setBusy(false); say(`The task's own page reports a fault: ${message} If it does not work, skip the task.`); },
    silent: () => say(`The task page does not load from ${frameOrigin}. Check that this address opens in your browser, then reload.`,
      { label: "Reload", run: () => location.reload() }),
  });

  async function send(solutions) {
    setBusy(true);
    fillElement(trouble);
    try {
      const answer = await submit(assignment.id, assignment.tasks.map((task, index) => ({ output_values: solutions?.[index]?.output_values ?? {} })));
      finish();
      donePage(main, assignment, answer.status, go);
    } catch (error) {
      setBusy(false);
      refused(error);
    }
  }

  function refused(error) {
    if (error instanceof ApiError && error.code === "VALIDATION_ERROR") {
      const errors = errorsByTask(error.payload, assignment.tasks);
      frame.showErrors(errors);
      say(invalidSentence(errors) || error.message);
    } else if (error instanceof ApiError && error.code === "INAPPROPRIATE_STATUS") {
      say(error.message, { label: "Open tasks", run: () => go("#/") });
    } else {
      say(error.message);
    }
  }

  async function askSkip() {
    if (busy) return;
    const sure = await ask({
      title: "Skip this task?",
      content: h("p", {}, "What you did in it is not paid, and this task will not be offered to you again."),
      actions: [{ label: "Keep working", value: null, autofocus: true }, { label: "Skip the task", kind: "danger", value: true }],
      form: (value) => value ?? false,
    });
    if (!sure) return;
    setBusy(true);
    try {
      await skip(assignment.id);
      finish();
      go("#/");
    } catch (error) {
      setBusy(false);
      refused(error);
    }
  }

  function finish() {
    stop();
    dropAssignment(assignment.id);
    document.body.classList.remove("working");
    refreshAccount();
  }

  const clock = timer(assignment.expires, () => say("The time for this task is over. What is not submitted now goes to another Toloker.",
    { label: "Open tasks", run: () => go("#/") }));
  const submitButton = h("button", { class: "button primary", type: "button", disabled: true, onclick: () => { fillElement(trouble); frame.submit(); } }, "Submit");
  const skipButton = h("button", { class: "button", type: "button", onclick: askSkip }, "Skip");
  const bar = h("div", { class: "task-bar" },
    h("a", { class: "icon-button", href: "#/", "aria-label": "Leave the task for now", title: "Leave for now; the time runs on" }, icon("M12 4.500L6.500 10l5.500 5.500")),
    h("h1", { class: "task-title" }, assignment.public_name ?? "Task"),
    h("p", { class: "task-price" }, money(assignment.reward)), clock.element,
    h("div", { class: "task-actions" },
      h("button", { class: "button", type: "button", onclick: () => showInstructions(assignment) }, icon(...ICONS.book), h("span", { class: "wide-only" }, "Instructions")),
      settings.showSkip === false ? null : skipButton, settings.showSubmit === false ? null : submitButton));
  fillElement(main, h("div", { class: "task-page" }, bar, trouble, frame.element));
  if (assignment.incomplete) say("The sandbox did not send this task's page again. Open it in the tab where you took it, or skip it.");
  else firstInstructions(assignment);

  function stop() {
    clock.stop();
    frame.close();
  }
  return stop;
}

function invalidSentence(errors) {
  const messages = (Array.isArray(errors) ? errors : []).filter(Boolean)
    .flatMap((error) => Object.entries(error.errors).map(([field, problem]) => problem?.message || `${field}: ${problem?.code ?? problem}`));
  const unique = [...new Set(messages)];
  return unique.length ? `Not submitted yet. ${unique.slice(0, 4).join(" ")}` : "Not submitted yet. The task says that something is missing.";
}
