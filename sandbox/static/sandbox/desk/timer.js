// The countdown on the task page, by the sandbox's clock.
import { ICONS, h, icon } from "../dom.js";
import { countdown, moment } from "../format.js";
import { serverNow } from "./clock.js";

const SOON = 60; // seconds; from here on the time is shown in red

/** `onEnd` is called once, when nothing is left. Gives {element, stop()}. */
export function taskTimer(expires, onEnd) {
  const end = moment(expires)?.getTime();
  if (!end) return { element: null, stop: () => {} };
  const shown = h("span", { class: "timer-time" });
  const label = h("span", { class: "visually-hidden" }, "Time left");
  const element = h("p", { class: "timer", role: "timer", title: "Time left for this task" }, icon(...ICONS.clock), label, shown);
  let told = false;
  const tick = () => {
    const left = (end - serverNow()) / 1000;
    shown.textContent = countdown(left);
    element.classList.toggle("soon", left < SOON);
    if (left <= 0 && !told) {
      told = true;
      onEnd();
    }
  };
  tick();
  const ticking = setInterval(tick, 500);
  return { element, stop: () => clearInterval(ticking) };
}
