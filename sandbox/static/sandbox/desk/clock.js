// The sandbox's clock. A demo can move it over days, so deadlines are counted by the server's time, not by the browser's. Every answer
// tells it in its Date header, to the second, and in X-Clock-Speed how many times as fast as ours it runs, if it does.

let speed = 1;
let seen = Date.now(); // the browser's time of the last lesson, milliseconds
let then = seen; // the server's time of that moment

/** Learn from an HTTP date that means "now" and from the clock's speed; null is ignored, and means 1. */
export function learnNow(date, faster = null) {
  const now = Date.parse(date ?? "");
  if (Number.isNaN(now)) return;
  const found = Number(faster) || 1;
  // Within the header's own precision nothing was learnt: the countdown would only jump to and fro.
  if (found === speed && Math.abs(now - serverNow()) <= 1500 * speed) return;
  [speed, seen, then] = [found, Date.now(), now];
}

/** The server's time in milliseconds. */
export function serverNow() {
  return then + (Date.now() - seen) * speed;
}
