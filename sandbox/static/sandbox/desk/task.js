// The task page: bar with price, time and buttons, and the frame with the task.
import { ICONS, ask, errorNotice, fillElement, h, icon } from "../dom.js";
import { money } from "../format.js";
import { ApiError, assignmentPage, attach, skip, submit } from "./api.js";
import { complaintSentence, complaintsByTask } from "./complaints.js";
import { donePage, gonePage } from "./endings.js";
import { taskFrame } from "./frame.js";
import { showInstructions, showInstructionsOnce } from "./instructions.js";
import { taskTimer } from "./timer.js";

const CLOCK_CHECK = 15000; // milliseconds between looks at the sandbox's clock, which a demo may move

/**
 * The page `#/assignment/<id>`. context: {go(hash), frameOrigin, refreshAccount()}. Gives a function that tears the page down.
 */
export function taskPage(main, context, id) {
  let closed = false;
  let tearDown = () => {};
  const open = async () => {
    fillElement(main, h("p", { class: "loading", "aria-busy": "true" }, "Opening the task…"));
    const assignment = await assignmentPage(id);
    if (closed) return;
    if (assignment.status === "ACTIVE") tearDown = workOn(main, assignment, context);
    else gonePage(main);
  };
  const start = () =>
    open().catch((error) => {
      if (error.status === 404 || error.status === 403) gonePage(main);
      else fillElement(main, errorNotice(error.message, { label: "Try again", run: start }));
    });
  start();
  return () => {
    closed = true;
    tearDown();
    document.body.classList.remove("working");
  };
}

async function sureToSkip() {
  const actions = [
    { label: "Keep working", value: false, autofocus: true },
    { label: "Skip the task", kind: "danger", value: true },
  ];
  const content = h("p", {}, "What you did in it is not paid, and this task will not be offered to you again.");
  return ask({ title: "Skip this task?", content, actions });
}

function workOn(main, assignment, { go, frameOrigin, refreshAccount }) {
  document.body.classList.add("working");
  const trouble = h("div", { class: "task-trouble", "aria-live": "assertive" });
  const leaveAction = { label: "Open tasks", run: () => go("#/") };
  let busy = false;
  let ready = false; // the task stands in the frame and can be asked for its solutions

  const say = (text, action = null) => fillElement(trouble, errorNotice(text, action));
  const setBusy = (now) => {
    busy = now;
    bar.skip.disabled = busy;
    bar.submit.disabled = busy || !ready;
  };

  const frame = taskFrame(frameOrigin, assignment, {
    rendered: () => {
      ready = true;
      setBusy(false);
      showHints();
      focusTask();
    },
    submit: (solutions) => send(solutions),
    invalid: (errors) => {
      setBusy(false);
      say(complaintSentence(errors));
    },
    skip: () => askSkip(),
    instructions: () => showInstructions(assignment),
    upload: (name, file) => attach(assignment.id, name, file),
    problem: (message) => {
      setBusy(false);
      say(`The task's own page reports a fault: ${message} If it does not work, skip the task.`);
    },
    silent: () => {
      const text = `The task page does not load from ${frameOrigin}. Check that this address opens in your browser, then reload.`;
      say(text, { label: "Reload", run: () => location.reload() });
    },
  });

  // A page of a training that was answered wrongly before it was reloaded.
  function showHints() {
    const hints = assignment.tasks.flatMap(({ hint }, index) =>
      hint ? [[`solutions.${index}`, { code: "INVALID_VALUE", message: hint }]] : [],
    );
    if (!hints.length) return;
    const errors = complaintsByTask(Object.fromEntries(hints), assignment.tasks);
    frame.showErrors(errors);
    say(complaintSentence(errors));
  }

  // The task's hotkeys work at once, unless the Toloker is busy elsewhere on the page.
  function focusTask() {
    const idle = document.activeElement === document.body || document.activeElement === main;
    if (ready && idle && frame.element.isConnected) frame.element.focus();
  }

  async function send(solutions) {
    if (busy) return;
    setBusy(true);
    fillElement(trouble);
    try {
      const answers = assignment.tasks.map((task, index) => ({ output_values: solutions?.[index]?.output_values ?? {} }));
      const answer = await submit(assignment.id, answers);
      finish();
      donePage(main, assignment, answer.status, go);
    } catch (error) {
      refused(error);
    }
  }

  function refused(error) {
    setBusy(false);
    if (error instanceof ApiError && error.code === "VALIDATION_ERROR") {
      const errors = complaintsByTask(error.payload, assignment.tasks);
      frame.showErrors(errors);
      say(complaintSentence(errors));
    } else if (error.code === "INAPPROPRIATE_STATUS") {
      timer.stop();
      say(error.message, leaveAction);
    } else {
      say(error.message);
    }
  }

  async function askSkip() {
    if (busy || !(await sureToSkip())) return;
    setBusy(true);
    try {
      await skip(assignment.id);
      finish();
      go("#/");
    } catch (error) {
      refused(error);
    }
  }

  function finish() {
    stop();
    document.body.classList.remove("working");
    refreshAccount();
  }

  const overText = "The time for this task is over. What is not submitted now goes to another Toloker.";
  const timer = taskTimer(assignment.expires, () => say(overText, leaveAction));
  const bar = taskBar(assignment, timer.element, {
    submit: () => {
      fillElement(trouble);
      frame.submit();
    },
    skip: askSkip,
  });
  const clockCheck = setInterval(refreshAccount, CLOCK_CHECK);
  fillElement(main, h("div", { class: "task-page" }, bar.element, trouble, frame.element));
  showInstructionsOnce(assignment).then(focusTask);

  function stop() {
    clearInterval(clockCheck);
    timer.stop();
    frame.close();
  }
  return stop;
}

/** {element, submit, skip}: the bar and its two buttons. `settings` of the view may hide them, as on the platform. */
function taskBar(assignment, timerElement, on) {
  const settings = assignment.view_spec?.settings ?? {};
  const unlessHidden = (shown, element) => (shown === false ? null : element);
  const submitButton = h("button", { class: "button primary", type: "button", disabled: true, onclick: on.submit }, "Submit");
  const skipButton = h("button", { class: "button", type: "button", onclick: on.skip }, "Skip");
  const instructions = h(
    "button",
    { class: "button", type: "button", title: "Instructions", onclick: () => showInstructions(assignment) },
    icon(...ICONS.book),
    h("span", { class: "narrow-hidden" }, "Instructions"),
  );
  const back = h(
    "a",
    { class: "icon-button", href: "#/", "aria-label": "Leave the task for now", title: "Leave for now; the time runs on" },
    icon("M12 4.5L6.5 10l5.5 5.5"),
  );
  const element = h(
    "div",
    { class: "task-bar" },
    back,
    h("h1", { class: `task-title ${settings.showTitle === false ? "visually-hidden" : ""}` }, assignment.public_name),
    assignment.type === "TRAINING"
      ? h("span", { class: "badge info" }, "Training")
      : unlessHidden(settings.showReward, h("p", { class: "task-price" }, money(assignment.reward))),
    unlessHidden(settings.showTimer, timerElement),
    h(
      "div",
      { class: "task-actions" },
      unlessHidden(settings.showInstructions, instructions),
      unlessHidden(settings.showSkip, skipButton),
      unlessHidden(settings.showSubmit, submitButton),
    ),
  );
  return { element, submit: submitButton, skip: skipButton };
}
