/** Starts the editor on the page's #editor element. The page's contract is in README.md. */
import { App } from "@/editor/app.js";
import { Drafts } from "@/editor/drafts.js";
import { opened, page } from "@/editor/opening.js";
import { assignmentOf, ParentPage } from "@/editor/session.js";
import { Review } from "@/editor/review.js";
import { useSprite } from "@/editor/panels/icon.js";

const { jobKey, parentOrigins, icons, backUrl } = page.dataset;
const parent = new ParentPage(window, (parentOrigins ?? "").split(/\s+/).filter(Boolean));

/** What went wrong at the start, in place of the editor. */
function refuse(error) {
  const box = document.createElement("div");
  box.className = "ed-refused";
  box.setAttribute("role", "alert");
  const title = document.createElement("h1");
  title.textContent = error.code === "offline" ? "No connection" : "The task cannot be opened";
  const text = document.createElement("p");
  text.textContent = error.message;
  const again = document.createElement("button");
  again.className = "btn btn-primary";
  again.textContent = "Try again";
  again.addEventListener("click", () => location.reload());
  box.append(title, text, again);
  page.replaceChildren(box);
}

async function start() {
  useSprite(icons ?? "");
  const { api, payload, fromPage } = await opened;
  // A Toloker's draft belongs to one attempt: the next one at the same browser must not see it.
  const attempt = fromPage ? "" : `:${assignmentOf(location.hash)}`;
  const drafts = new Drafts(`${jobKey || `job-${payload.job.id}`}${attempt}`);
  const app = new App(page, payload, { api, drafts, parent, back: backUrl ?? "" });
  app.review = payload.context.mode === "review" ? new Review(app) : null;
  page.replaceChildren();
  app.start();
  app.review?.start();
  addEventListener("keydown", (event) => app.review?.onKey(event) || app.commands.onKey(event));
  addEventListener("keyup", (event) => app.commands.onKeyUp(event));
  addEventListener("blur", () => app.commands.onBlur());
  addEventListener("online", () => app.saver.flush());
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") app.saver.flush({ keepalive: true }); });
  addEventListener("beforeunload", (event) => { if (!app.saver.clean && !app.state.ended) event.preventDefault(); });
  if (!(await app.finish.offerDraft()) && payload.context.mode === "toloker" && app.editable) app.openGuide({ first: true });
  parent.ready();
  app.finish.repeatSubmission();
  return app;
}

// A small handle for tests: places on the canvas, and the document as JSON. `ready` gives true, or the sentence of what went wrong.
const started = start();
window.ed = {
  ready: started.then(() => true, (error) => error.message),
  page: (x, y) => window.ed.app.canvas.page(x, y),
  document: () => JSON.parse(JSON.stringify(window.ed.app.store.document)),
  app: null,
};
started.then((app) => { window.ed.app = app; }, (error) => { console.error(error); refuse(error); });
