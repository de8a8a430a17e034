// The sandbox's clock. It can be moved (a demo jumps over days), so deadlines are counted from the server's time, not from the browser's.
import { moment } from "../format.js";

const KEY = "sandbox.clock_offset";

/** Learn from a server timestamp that means "now". */
export function learnNow(text) {
  const now = moment(text);
  if (now) sessionStorage.setItem(KEY, String(now.getTime() - Date.now()));
}

/** The server's time in milliseconds, as well as we know it. */
export function serverNow() {
  return Date.now() + Number(sessionStorage.getItem(KEY) ?? 0);
}
