// The sandbox's clock. A demo can move it over days, so deadlines are counted by the server's time, not by the browser's. Every answer
// tells it in its Date header, to the second.

let offset = 0; // milliseconds that the server is ahead of the browser

/** Learn from an HTTP date that means "now"; null is ignored. */
export function learnNow(date) {
  const now = Date.parse(date ?? "");
  if (Number.isNaN(now)) return;
  const found = now - Date.now();
  // Within the header's own precision nothing was learnt: the countdown would only jump to and fro.
  if (Math.abs(found - offset) > 1500) offset = found;
}

/** The server's time in milliseconds. */
export function serverNow() {
  return Date.now() + offset;
}
