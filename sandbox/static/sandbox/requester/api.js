// The requester API, /api/v1, as any client of the platform would call it. The token stays in this tab.

const KEY = "sandbox.requester_token";

export const token = () => sessionStorage.getItem(KEY);
export const logIn = (text) => sessionStorage.setItem(KEY, text);
export const logOut = () => sessionStorage.removeItem(KEY);

const SENTENCES = {
  AUTHENTICATION_ERROR: "The sandbox does not know this token. Copy it again, or ask for a new one.",
  ACCESS_DENIED: "This belongs to another requester. Log in with that requester's token.",
  DOES_NOT_EXIST: "There is nothing at this address. Go back to the projects.",
  EMPTY_POOL: "The pool has no tasks. Upload some, then open it.",
  NOT_ENOUGH_BALANCE: "The balance does not cover this pool. Ask for more play money, then open it.",
  UNARCHIVED_POOLS_CONFLICT: "The project still has pools that are not archived. Archive them first.",
  THERE_IS_ACTIVE_ASSIGNMENT: "Somebody is at work in this pool. Wait until they submit or their time is over.",
  SUBMITTED_ASSIGNMENTS_CONFLICT: "There is work to review in this pool. Accept or reject it first.",
  TRAINING_ARCHIVE_CONFLICT: "Pools still ask for this training. Archive them first.",
  CONFLICT_STATE: "Not possible in its present state. The page shows where it stands.",
  THERE_IS_REJECTED_ASSIGNMENT: "Rejected work may still be appealed against. The pool can be archived 9 days after the last rejection.",
};

export class ApiError extends Error {
  constructor(status, body) {
    super(sentence(status, body));
    this.status = status;
    this.code = body?.code ?? "";
  }
}

function sentence(status, body) {
  if (status === 0) return "The sandbox does not answer. Check that it is still running, then try again.";
  if (status === 401) return SENTENCES.AUTHENTICATION_ERROR;
  if (Object.hasOwn(SENTENCES, body?.code ?? "")) return SENTENCES[body.code];
  if (body?.code === "INAPPROPRIATE_STATUS" && body.payload?.appropriate_statuses) {
    const wanted = body.payload.appropriate_statuses.join(" or ");
    return `Not possible in its present status; it would have to be ${wanted}. The page shows where it stands.`;
  }
  if (body?.payload && body.code === "VALIDATION_ERROR") {
    return Object.entries(body.payload)
      .map(([path, error]) => `${path}: ${error.message ?? error.code}.`)
      .join(" ");
  }
  return body?.message || `The sandbox refused with status ${status}. Reload the page and try again.`;
}

async function bodyOf(response) {
  if (!(response.headers.get("Content-Type") ?? "").includes("json")) return null;
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

async function answerTo(method, path, body) {
  const headers = { Accept: "application/json", Authorization: `OAuth ${token()}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(`/api/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (error instanceof TypeError) throw new ApiError(0, null);
    throw error;
  }
  if (!response.ok) throw new ApiError(response.status, await bodyOf(response));
  return response;
}

/** One call; gives the parsed answer or null; throws ApiError (status 0: no connection). */
export async function call(method, path, body) {
  return bodyOf(await answerTo(method, path, body));
}

/** A file of the API as a Blob. */
export const blob = async (path) => (await answerTo("GET", path)).blob();

/** Every item of a list, `most` at the utmost: {items, more}. */
export async function every(path, query = {}, most = 2000) {
  const items = [];
  let more = true;
  while (more && items.length < most) {
    const parameters = new URLSearchParams({ ...query, sort: "id", limit: "300" });
    if (items.length) parameters.set("id_gt", items.at(-1).id);
    const answer = await call("GET", `${path}?${parameters}`);
    items.push(...answer.items);
    more = answer.has_more && answer.items.length > 0;
  }
  return { items, more };
}

/** POST an action that may answer 204, or 202 with an operation, and wait until it is done. Throws ApiError when it fails. */
export async function act(path) {
  let operation = await call("POST", path);
  for (let tries = 0; operation?.id && ["PENDING", "RUNNING"].includes(operation.status) && tries < 60; tries += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 500);
    });
    operation = await call("GET", `/operations/${operation.id}`);
  }
  if (operation?.status === "FAIL")
    throw new ApiError(409, operation.details ?? { message: "The operation failed; the sandbox gave no reason." });
}
