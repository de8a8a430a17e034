/** The ends of an attempt: submit, give up, out of time, a correction's; and a draft found at the start. */
import { normalised, sameContent } from "@/editor/store.js";

export class Finish {
  /** @param {import("./app.js").App} app */
  constructor(app) { this.app = app; }

  /** Submit was pressed: frames with nothing on them are shown first. */
  ask() {
    const { app } = this;
    if (app.canvas.drawing) {
      app.notice("A shape is still being drawn. Finish it (N) or cancel it (Esc), then submit.", "warning");
      return;
    }
    const done = new Set(app.doneFrames);
    const empty = app.frames.filter((frame) => !done.has(frame.number));
    app.set({ dialog: { kind: "submit", empty } });
  }

  async submit() {
    const { app } = this;
    app.set({ busy: "submit", dialog: null });
    try {
      if (!(await app.saver.flush())) {
        app.notice("Not submitted: your last changes are not saved yet. The reason is at the top; submit again when it says Saved.", "danger");
        return;
      }
      this.#submitted(await this.#send());
    } catch (error) {
      app.notice(`Not submitted: ${error.message} Nothing is lost. Try again.`, "danger");
    } finally {
      app.set({ busy: "" });
    }
  }

  #submitted(answer) {
    const { app } = this;
    this.#end("submitted");
    app.set({ untold: !app.parent.done(answer) && app.parent.exists });
  }

  /**
   * A task page that was reloaded after the submission, before the platform took it, waits for the message again: the server answers a
   * repeat with the same snapshot. Refused, the job was taken away, and the editor stays a read-only view that says so.
   */
  async repeatSubmission() {
    const { app } = this;
    if (app.context.mode !== "toloker" || !app.job.read_only || !app.parent.exists) return;
    try {
      this.#submitted(await app.api.submit(app.saver.revision));
    } catch (error) {
      if (error.status !== 409) app.notice(`The task page could not be told about your submission: ${error.message} Reload it.`, "danger");
    }
  }

  /** On another revision the server's version is taken over and shown; submitting it unseen would be wrong. */
  async #send() {
    const { app } = this;
    try {
      return await app.api.submit(app.saver.revision);
    } catch (error) {
      if (error.code === "revision_conflict") {
        await app.saver.refresh();
        error.message = "Somebody else saved this job meanwhile; their version is shown now. Look it over.";
      }
      throw error;
    }
  }

  async skip() {
    const { app } = this;
    app.saver.stop();
    await app.drafts.remove();
    this.#end("skipped");
    if (!app.parent.skip()) app.notice("Now leave the task on the platform's page.");
  }

  /** A reviewer is done fixing: everything is saved, then the job's page asks what becomes of it. */
  async leave() {
    const { app } = this;
    if (app.canvas.drawing) {
      app.notice("A shape is still being drawn. Finish it (N) or cancel it (Esc).", "warning");
      return;
    }
    app.set({ busy: "leave" });
    if (app.editable && !(await app.saver.flush())) {
      app.set({ busy: "" });
      app.notice("Your last changes are not saved yet. The reason is at the top; press Finish again when it says Saved.", "danger");
      return;
    }
    location.assign(`${app.back}#correction`);
  }

  timeIsOver() {
    const { app } = this;
    app.saver.flush();
    this.#end("over");
  }

  #end(ended) {
    const { app } = this;
    app.canvas.cancel();
    app.useTool(null);
    app.saver.stop();
    clearInterval(app.clock);
    if (ended === "submitted") app.drafts.remove();
    app.set({ ended, dialog: null, selectedId: null });
  }

  /** Offers what an earlier visit could not save. @returns {Promise<boolean>} whether there was something */
  async offerDraft() {
    const { app } = this;
    app.drafts.sweep();
    if (!app.editable) return false;
    const draft = await app.drafts.get();
    const frames = Object.keys(draft?.frames ?? {}).filter((number) => app.frames.some((frame) => frame.number === Number(number))
      && !sameContent(normalised(draft.frames[number]), app.store.frame(Number(number))));
    if (!frames.length) {
      // Leaving saved it after all: the page was gone before the answer could delete the draft.
      if (draft) await app.drafts.remove();
      return false;
    }
    app.set({ dialog: { kind: "draft", draft, frames: frames.map(Number), stale: draft.revision !== app.saver.revision } });
    return true;
  }

  restore() {
    const { app } = this;
    const { draft, frames } = app.state.dialog;
    app.store.adopt(Object.fromEntries(frames.map((number) => [number, draft.frames[number]])));
    app.set({ dialog: null });
    app.goToNumber(frames[0]);
    app.saver.flush();
  }

  async discardDraft() {
    await this.app.drafts.remove();
    this.app.set({ dialog: null });
    this.app.openGuide({ first: true });
  }
}
