/**
 * What needs no editor yet: token or session, the job, its first image. This module imports little and runs first, so that all of it is on its
 * way while the other modules still come.
 */
import { Api } from "@/editor/api.js";
import { openSession } from "@/editor/session.js";

export const page = document.getElementById("editor");

async function open() {
  const { api: base, token, sessionUrl } = page.dataset;
  const session = async () => (await openSession(sessionUrl, location.hash)).token;
  const fromPage = Boolean(token);
  page.removeAttribute("data-token"); // in memory only from here on
  const api = new Api(base, fromPage ? token : await session(), fromPage ? null : session);
  const payload = await api.job();
  if (payload.frames.length) api.ask(payload.frames[0].number);
  return { api, payload, fromPage };
}

/** @type {Promise<{api: Api, payload: object, fromPage: boolean}>} `payload` as App takes it; `fromPage`: the page brought the token */
export const opened = open();
opened.catch(() => {}); // told by main.js, which asks for it
