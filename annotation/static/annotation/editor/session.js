/** How the editor gets its token, and how it talks to the platform's task page around it. */
import { ApiError, request } from "@/editor/api.js";

/** @returns {string} the assignment's id from the address's fragment; empty when it has none */
export function assignmentOf(hash) {
  const text = hash.replace(/^#/, "");
  try {
    return decodeURIComponent(text).trim();
  } catch {
    return text.trim(); // a stray percent sign: the server will say that it knows no such assignment
  }
}

/** Opens a session for the assignment in the address. @returns {Promise<{token: string, expires_at: string, seconds_left: number}>} */
export async function openSession(sessionUrl, hash) {
  const assignment = assignmentOf(hash);
  if (!assignment) {
    throw new ApiError("no_assignment", "This address does not say which task it is for. Open the task on the platform's page; it brings you here.");
  }
  return (await request(sessionUrl, { method: "POST", json: { assignment_id: assignment } })).json();
}

/** Whether an origin is one of the listed ones; "https://*.example.com" stands for every host below example.com. */
export function isListed(origin, listed) {
  return listed.some((entry) => {
    if (entry === origin) return true;
    const [scheme, host] = entry.split("://*.");
    return host !== undefined && origin.startsWith(`${scheme}://`) && origin.endsWith(`.${host}`);
  });
}

/**
 * Where messages to the page around the frame may go. Browsers that name the parent (ancestorOrigins, or the referrer) get exactly that
 * origin, if it is listed; else every listed origin is tried, and the browser delivers only to the one that fits.
 */
export function targetOrigins({ ancestors, referrer, listed }) {
  let parent = ancestors?.[0];
  if (!parent && referrer) parent = originOf(referrer);
  if (parent) return isListed(parent, listed) ? [parent] : [];
  return listed.filter((entry) => !entry.includes("*"));
}

function originOf(address) {
  try {
    return new URL(address).origin;
  } catch {
    return undefined;
  }
}

export class ParentPage {
  /** @param {Window} frame the editor's own window @param {string[]} listed allowed origins of the parent */
  constructor(frame, listed) {
    this.frame = frame;
    this.listed = listed;
  }

  get exists() { return this.frame.parent !== this.frame; }

  /** @returns {boolean} whether there is a page to tell and it may be told */
  tell(message) {
    if (!this.exists) return false;
    const { location, document } = this.frame;
    const targets = targetOrigins({ ancestors: location.ancestorOrigins, referrer: document.referrer, listed: this.listed });
    for (const target of targets) this.frame.parent.postMessage(message, target);
    return targets.length > 0;
  }

  ready() { return this.tell({ type: "cvatoloka:ready" }); }
  done({ job_key, revision, digest }) { return this.tell({ type: "cvatoloka:done", job_key, revision, digest }); }
  skip() { return this.tell({ type: "cvatoloka:skip" }); }
}
