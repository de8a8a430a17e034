import assert from "node:assert/strict";
import { test } from "node:test";
import { Finish } from "@/editor/finish.js";
import { normalised } from "@/editor/store.js";

const box = { id: 7, type: "rectangle", label_id: 1, points: [0, 0, 10, 10] };

/** An editor that was just opened: frames 0 and 1, the server has a box on 0; `kept` is the browser's draft. */
function opened(kept) {
  const server = { 0: normalised({ shapes: [box] }), 1: normalised(null) };
  const app = {
    state: {}, editable: true, frames: [{ number: 0 }, { number: 1 }], saver: { revision: 4 }, store: { frame: (number) => server[number] },
    drafts: { kept, sweep() {}, async get() { return this.kept; }, async remove() { this.kept = null; } },
    set(change) { Object.assign(this.state, change); },
  };
  return { app, finish: new Finish(app) };
}

test("a draft that the server has by now is not offered, and goes", async () => {
  const { app, finish } = opened({ revision: 3, frames: { 0: normalised({ shapes: [{ ...box, id: undefined }] }) } });
  assert.equal(await finish.offerDraft(), false);
  assert.equal(app.drafts.kept, null);
  assert.equal(app.state.dialog, undefined);
});

test("only the frames that the server does not have are offered", async () => {
  const { app, finish } = opened({ revision: 3, frames: { 0: normalised({ shapes: [box] }), 1: normalised({ shapes: [box] }) } });
  assert.equal(await finish.offerDraft(), true);
  assert.deepEqual(app.state.dialog.frames, [1]);
  assert.equal(app.state.dialog.stale, true);
  assert.ok(app.drafts.kept);
});
