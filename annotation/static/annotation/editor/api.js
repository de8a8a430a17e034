/** The editor's HTTP interface (docs/editor-protocol.md). Every failure becomes an ApiError that carries a sentence. */

export class ApiError extends Error {
  /** @param {string} code the server's code, or "offline", "server", "unexpected" @param {string} sentence for the person */
  constructor(code, sentence, { status = 0, body = null } = {}) {
    super(sentence);
    this.code = code;
    this.status = status;
    this.body = body;
  }

  /** Whether the same request may succeed later without any change. */
  get passing() { return this.code === "offline" || this.code === "platform_unavailable" || this.status >= 500 || this.status === 429; }
}

const WORDS = {
  413: "This frame holds more than the server takes at once (20,000 objects, 32 MB). Delete some objects.",
  429: "The server asks to slow down.",
};

async function errorOf(response) {
  let body = null;
  try {
    body = await response.json();
  } catch {
    body = null; // a proxy's HTML page, for instance: the status alone must do
  }
  const code = body?.code ?? (response.status >= 500 ? "server" : "unexpected");
  const places = body?.errors ? Object.values(body.errors).flat().slice(0, 2).join(" ") : "";
  const fallback = WORDS[response.status]
    ?? (response.status >= 500 ? `The server has a problem (${response.status}).` : `The server refused this (${response.status}).`);
  const sentence = [body?.detail || fallback, places].filter(Boolean).join(" ");
  return new ApiError(code, sentence, { status: response.status, body });
}

/** Browsers refuse larger bodies of requests that may outlive the page. */
const KEEPALIVE_LIMIT = 30_000;

/** fetch that throws ApiError and never sends cookies: a token in memory is all the access there is. */
export async function request(address, { method = "GET", token = "", json, signal, keepalive = false, timeout = 60_000 } = {}) {
  const headers = {};
  if (token) headers.Authorization = `Editor ${token}`;
  if (json !== undefined) headers["Content-Type"] = "application/json";
  const body = json === undefined ? undefined : JSON.stringify(json);
  const signals = [AbortSignal.timeout?.(timeout), signal].filter(Boolean);
  let response;
  try {
    response = await fetch(address, {
      method, headers, body, credentials: "omit",
      keepalive: keepalive && (body?.length ?? 0) < KEEPALIVE_LIMIT,
      signal: signals.length > 1 && AbortSignal.any ? AbortSignal.any(signals) : signals.at(-1),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("offline", error?.name === "TimeoutError" ? "The server does not answer." : "There is no connection to the server.");
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

export class Api {
  /**
   * @param {string} base e.g. "/api/editor/"
   * @param {string} token
   * @param {(() => Promise<string>)|null} renew opens the session again and gives a new token; null when that is not possible
   */
  constructor(base, token, renew = null) {
    this.base = base.endsWith("/") ? base : `${base}/`;
    this.token = token;
    this.renew = renew;
    this.ahead = new Map();
  }

  /** One request; when the session has ended and can be opened again, that is tried once. */
  async send(path, options = {}) {
    try {
      return await request(this.base + path, { ...options, token: this.token });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401 || !this.renew) throw error;
      this.token = await this.renew();
      return request(this.base + path, { ...options, token: this.token });
    }
  }

  async json(path, options) { return (await this.send(path, options)).json(); }

  job() { return this.json("job"); }
  annotations() { return this.json("annotations"); }
  /** @returns {Promise<{revision: number}>} */
  save(revision, frames, { keepalive = false } = {}) {
    return this.json("annotations", { method: "PATCH", json: { revision, frames }, keepalive });
  }
  /** @returns {Promise<{job_key: string, revision: number, digest: string}>} */
  submit(revision) { return this.json("submit", { method: "POST", json: { revision } }); }

  /** Asks for a frame's image before anything can show it: the next `image` for that frame gets this answer. */
  ask(number) {
    const answer = this.image(number);
    answer.catch(() => {}); // told to whoever wants the image
    this.ahead.set(number, answer);
  }

  async image(number, { quality = "work", signal } = {}) {
    const asked = quality === "work" && this.ahead.get(number);
    if (asked) {
      this.ahead.delete(number);
      return asked;
    }
    return (await this.send(`frames/${number}?quality=${quality}`, { signal })).blob();
  }
}
