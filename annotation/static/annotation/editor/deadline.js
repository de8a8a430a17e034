/** The clock of an attempt: how much is left, how to say it, when to warn. */

/** Seconds before the end at which the Toloker is warned. */
export const WARNINGS = [300, 60];

/** "1:05:09", "9:31", "0:00". */
export function clockText(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** @returns {"calm"|"soon"|"urgent"|"over"} */
export function levelOf(seconds) {
  if (seconds <= 0) return "over";
  if (seconds <= WARNINGS[1]) return "urgent";
  return seconds <= WARNINGS[0] ? "soon" : "calm";
}

export class Deadline {
  /** @param {number|null} secondsLeft null without a deadline. Wall-clock time, so that a machine that slept is not lied to. */
  constructor(secondsLeft, now = Date.now) {
    this.now = now;
    this.end = secondsLeft === null || secondsLeft === undefined ? null : now() + secondsLeft * 1000;
    this.level = this.end === null ? "calm" : levelOf(secondsLeft);
  }

  get exists() { return this.end !== null; }
  get secondsLeft() { return this.end === null ? Infinity : Math.max(0, (this.end - this.now()) / 1000); }

  /** The level when it has just changed, else null. */
  tick() {
    if (this.end === null) return null;
    const level = levelOf(this.secondsLeft);
    if (level === this.level) return null;
    this.level = level;
    return level;
  }
}
