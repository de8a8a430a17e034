// The Toloker API, /worker/v1. Every refusal becomes an ApiError whose `message` is a sentence with the next step.
import { learnNow } from "./clock.js";
import { currentToloker } from "./tolokers.js";

const SENTENCES = {
  NO_TASKS_AVAILABLE: "Somebody else took the last task of this pool. Choose another one.",
  ACCESS_DENIED:
    "This pool is not open to this Toloker: its audience leaves them out. Play as another one, or make one with another profile.",
  TOO_MANY_ACTIVE_ASSIGNMENTS: "You already have a task of this project in hand. Finish it or skip it first.",
  INAPPROPRIATE_STATUS: "This task is no longer in your hands: its time ran out, or it was already submitted or skipped. Take another one.",
  DOES_NOT_EXIST: "That is not here any more. Go back to the open tasks.",
  TOO_MANY_REQUESTS: "Too many requests in a short time. Wait a minute and try again.",
  VALIDATION_ERROR: "The answer was not accepted as it is. Correct what is marked and submit again.",
};

export class ApiError extends Error {
  constructor(status, body) {
    super(sentence(status, body));
    this.status = status;
    this.code = body?.code ?? "";
    this.payload = body?.payload ?? null;
  }
}

function sentence(status, body) {
  if (status === 0) return "The sandbox does not answer. Check that it is still running, then try again.";
  if (status === 401) return "The sandbox does not know this Toloker any more (it was probably reset). Make a new one.";
  if (Object.hasOwn(SENTENCES, body?.code ?? "")) return SENTENCES[body.code];
  if (status >= 500) return "The sandbox had a fault of its own. Try again; if it stays, look at its log.";
  return body?.message ? `${body.message}` : `The sandbox refused with status ${status}. Reload the page and try again.`;
}

async function answerOf(response) {
  const text = await response.text();
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

// A Blob is sent as it is, anything else as JSON.
async function send(method, path, body) {
  const headers = { Accept: "application/json" };
  const toloker = currentToloker();
  const raw = body instanceof Blob;
  if (toloker) headers.Authorization = `Toloker ${toloker.token}`;
  if (body !== undefined) headers["Content-Type"] = raw ? body.type || "application/octet-stream" : "application/json";
  return fetch(`/worker/v1${path}`, { method, headers, body: body === undefined || raw ? body : JSON.stringify(body) });
}

/** One call as the Toloker at the desk. Gives the parsed answer; throws ApiError (status 0: no connection). */
export async function call(method, path, body) {
  let response;
  try {
    response = await send(method, path, body);
  } catch (error) {
    if (error instanceof TypeError) throw new ApiError(0, null);
    throw error;
  }
  learnNow(response.headers.get("Date"), response.headers.get("X-Clock-Speed"));
  const answer = await answerOf(response);
  if (!response.ok) throw new ApiError(response.status, answer);
  return answer;
}

export const signUp = (form) => call("POST", "/tolokers", form);
export const openPools = async () => (await call("GET", "/pools")).items;
export const take = (poolId) => call("POST", `/pools/${encodeURIComponent(poolId)}/take`, {});
export const assignmentPage = (id) => call("GET", `/assignments/${encodeURIComponent(id)}`);
export const submit = (id, solutions) => call("POST", `/assignments/${encodeURIComponent(id)}/submit`, { solutions });
export const skip = (id) => call("POST", `/assignments/${encodeURIComponent(id)}/skip`, {});
export const appeal = (id, text) => call("POST", `/assignments/${encodeURIComponent(id)}/appeal`, { text });
/** Put a file (Blob) to an assignment in hand; gives the attachment's id. */
export const attach = async (id, name, file) =>
  (await call("POST", `/assignments/${encodeURIComponent(id)}/attachments?${new URLSearchParams({ name })}`, file)).id;
export const messages = async () => (await call("GET", "/messages")).items;
export const reply = (id, text) => call("POST", `/messages/${encodeURIComponent(id)}/reply`, { text });
export const account = () => call("GET", "/account");

/** Own assignments, every page; `status` is a comma list or empty. */
export async function assignments(status = "") {
  const found = [];
  for (let page = 0; page < 50; page += 1) {
    const query = new URLSearchParams({ limit: "100" });
    if (status) query.set("status", status);
    if (found.length) query.set("id_gt", found.at(-1).id);
    const answer = await call("GET", `/assignments?${query}`);
    found.push(...answer.items);
    if (!answer.has_more || !answer.items.length) break;
  }
  return found;
}
