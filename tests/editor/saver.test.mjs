import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "@/editor/api.js";
import { DocumentStore } from "@/editor/store.js";
import { Saver } from "@/editor/saver.js";

const box = (x) => ({ client_id: `b${x}`, type: "rectangle", label_id: 3, points: [x, x, x + 9, x + 9], rotation: 0, occluded: false, z_order: 0, group: 0,
  source: "manual", attributes: [] });
const draw = (store, frame, x) => store.change(frame, (content) => content.shapes.push(box(x)));
const settle = async () => { for (let i = 0; i < 30; i += 1) await Promise.resolve(); };

/** A clock whose timers fire only when it is moved. */
function clock() {
  let time = 0;
  let timers = [];
  return {
    set: (work, delay) => { const timer = { at: time + delay, work }; timers.push(timer); return timer; },
    clear: (timer) => { timers = timers.filter((other) => other !== timer); },
    now: () => time,
    pass: async (milliseconds) => {
      const end = time + milliseconds;
      for (;;) {
        const due = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((timer) => timer !== due);
        time = Math.max(time, due.at);
        due.work();
        await settle();
      }
      time = end;
    },
  };
}

/** A server that holds frames and a revision; `faults` are thrown first, one a request. */
function world({ frames = {}, revision = 4 } = {}) {
  const server = { revision, frames: structuredClone(frames), bodies: [], faults: [], held: null };
  const api = {
    save: async (sent, content) => {
      server.bodies.push({ revision: sent, frames: structuredClone(content) });
      if (server.held) await server.held;
      const fault = server.faults.shift();
      if (fault?.after) { // the server did the work, the answer got lost
        Object.assign(server.frames, structuredClone(content));
        server.revision += 1;
      }
      if (fault) throw fault.error ?? fault;
      if (sent !== server.revision) throw new ApiError("revision_conflict", "Somebody saved since.", { status: 409 });
      Object.assign(server.frames, structuredClone(content));
      server.revision += 1;
      return { revision: server.revision };
    },
    annotations: async () => ({ revision: server.revision, frames: structuredClone(server.frames) }),
  };
  const drafts = { kept: null, usable: true, put(base, content) { this.kept = { base, frames: structuredClone(content) }; }, remove() { this.kept = null; } };
  const timers = clock();
  const store = new DocumentStore(frames);
  const states = [];
  const conflicts = [];
  const saver = new Saver({ store, api, drafts, revision, timers, onState: (state) => states.push(state), onConflict: (conflict) => conflicts.push(conflict) });
  return { server, drafts, timers, store, saver, states, conflicts };
}

const offline = () => new ApiError("offline", "There is no connection to the server.");

test("a change is saved within two seconds, with the revision and only the frame that changed", async () => {
  const { server, timers, store, saver } = world({ frames: { 0: { shapes: [box(1)], tags: [] }, 1: { shapes: [box(2)], tags: [] } } });
  draw(store, 1, 30);
  await timers.pass(2000);
  assert.equal(server.bodies.length, 1);
  assert.equal(server.bodies[0].revision, 4);
  assert.deepEqual(Object.keys(server.bodies[0].frames), ["1"]);
  assert.equal(server.bodies[0].frames[1].shapes.length, 2);
  assert.deepEqual([saver.revision, saver.state.kind, saver.clean], [5, "saved", true]);
});

test("a steady stream of changes is still saved within two seconds of the first", async () => {
  const { server, timers, store } = world();
  for (let i = 0; i < 10; i += 1) {
    draw(store, 0, i * 10);
    await timers.pass(200);
  }
  assert.ok(server.bodies.length >= 1);
});

test("what changes during a request goes with the next one", async () => {
  const { server, timers, store, saver } = world();
  let release;
  server.held = new Promise((resolve) => { release = resolve; });
  draw(store, 0, 1);
  await timers.pass(1000);
  draw(store, 0, 50);
  assert.equal(server.bodies.length, 1);
  server.held = null;
  release();
  await settle();
  assert.equal(saver.clean, false);
  await timers.pass(2000);
  assert.equal(server.bodies.length, 2);
  assert.deepEqual([server.bodies[1].revision, server.frames[0].shapes.length, saver.state.kind], [5, 2, "saved"]);
});

test("undone changes are saved too", async () => {
  const { server, timers, store } = world();
  draw(store, 0, 1);
  await timers.pass(2000);
  store.undo();
  await timers.pass(2000);
  assert.deepEqual(server.frames[0] ?? { shapes: [] }, { shapes: [], tags: [] });
});

test("without a connection the draft is kept, the reason is told and it is tried again until it works", async () => {
  const { server, drafts, timers, store, saver, states } = world();
  server.faults = [offline(), offline()];
  draw(store, 0, 1);
  await timers.pass(1500);
  assert.match(saver.state.text, /^Not saved: There is no connection to the server\. Your work is kept in this browser\. Trying again in 2 s\.$/);
  assert.equal(drafts.kept.base, 4);
  assert.deepEqual(Object.keys(drafts.kept.frames), ["0"]);
  await timers.pass(10_000);
  assert.equal(server.bodies.length, 3);
  assert.equal(saver.state.kind, "saved");
  assert.equal(drafts.kept, null);
  assert.ok(states.some((state) => /in 4 s/.test(state.text)));
});

test("a refusal that cannot pass is told and not repeated until something changes", async () => {
  const { server, timers, store, saver } = world();
  server.faults = [new ApiError("invalid", "Frame 0, shape 0: the box lies outside the image.", { status: 400 })];
  draw(store, 0, 1);
  await timers.pass(60_000);
  assert.equal(server.bodies.length, 1);
  assert.match(saver.state.text, /^Not saved: Frame 0, shape 0/);
  draw(store, 0, 5);
  await timers.pass(2000);
  assert.equal(saver.state.kind, "saved");
});

test("a lost answer is no conflict: the server holds what was sent", async () => {
  const { server, timers, store, saver, conflicts } = world();
  server.faults = [{ after: true, error: offline() }];
  draw(store, 0, 1);
  await timers.pass(20_000);
  assert.deepEqual([saver.state.kind, saver.revision, conflicts.length], ["saved", 5, 0]);
  assert.equal(server.frames[0].shapes.length, 1);
});

test("what somebody else saved on other frames is taken over without a question", async () => {
  const { server, timers, store, saver, conflicts } = world();
  server.frames[2] = { shapes: [box(70)], tags: [] };
  server.revision = 9;
  draw(store, 0, 1);
  await timers.pass(5000);
  assert.equal(conflicts.length, 0);
  assert.equal(store.frame(2).shapes.length, 1);
  assert.equal(server.frames[0].shapes.length, 1);
  assert.deepEqual([saver.revision, saver.clean], [10, true]);
});

for (const [choice, expected] of [["mine", [1]], ["theirs", [70]]]) {
  test(`where both changed one frame the person decides: ${choice}`, async () => {
    const { server, drafts, timers, store, saver, conflicts } = world();
    server.frames[0] = { shapes: [box(70)], tags: [] };
    server.revision = 6;
    draw(store, 0, 1);
    await timers.pass(5000);
    assert.deepEqual(conflicts.map((conflict) => conflict.frames), [[0]]);
    assert.equal(saver.state.kind, "conflict");
    assert.ok(drafts.kept, "the draft stays while the question is open");
    assert.equal(await saver.flush(), false);
    conflicts[0].resolve(choice);
    await timers.pass(5000);
    assert.deepEqual(server.frames[0].shapes.map((shape) => shape.points[0]), expected);
    assert.deepEqual(store.frame(0).shapes.map((shape) => shape.points[0]), expected);
    assert.equal(saver.state.kind, "saved");
  });
}

test("read-only ends all saving and says why", async () => {
  const { server, timers, store, saver } = world();
  server.faults = [new ApiError("read_only", "This work was submitted.", { status: 409 })];
  draw(store, 0, 1);
  await timers.pass(2000);
  draw(store, 0, 2);
  await timers.pass(60_000);
  assert.equal(server.bodies.length, 1);
  assert.equal(saver.state.text, "Not saved: This work was submitted.");
});

test("stopping keeps what is unsaved as a draft", async () => {
  const { drafts, store, saver } = world();
  draw(store, 0, 1);
  saver.stop();
  assert.deepEqual(Object.keys(drafts.kept.frames), ["0"]);
});

test("flush sends at once and waits for the answer", async () => {
  const { server, store, saver } = world();
  draw(store, 0, 1);
  assert.equal(await saver.flush(), true);
  assert.equal(server.bodies.length, 1);
  assert.equal(await saver.flush(), true);
  assert.equal(server.bodies.length, 1);
});

test("a change taken back before it was sent leaves nothing waiting", async () => {
  const { server, drafts, timers, store, saver } = world();
  draw(store, 0, 1);
  await timers.pass(2000);
  store.undo();
  await timers.pass(300);
  assert.equal(saver.state.kind, "waiting");
  store.redo(); // again what the server holds
  assert.deepEqual([saver.state.kind, saver.state.text], ["saved", "Saved"]);
  await timers.pass(60_000);
  assert.deepEqual([server.bodies.length, saver.state.kind, drafts.kept], [1, "saved", null]);
});

test("a change taken back while it is on its way is taken back at the server too", async () => {
  const { server, timers, store, saver } = world({ frames: { 0: { shapes: [box(1)], tags: [] } } });
  let release;
  server.held = new Promise((resolve) => { release = resolve; });
  draw(store, 0, 50);
  await timers.pass(1000);
  store.undo();
  assert.equal(saver.state.kind, "saving");
  server.held = null;
  release();
  await settle();
  assert.equal(saver.clean, false);
  await timers.pass(5000);
  assert.deepEqual([server.frames[0].shapes.length, saver.state.kind, saver.clean], [1, "saved", true]);
});

for (const after of [true, false]) {
  test(`a change taken back after its answer got lost is taken back at the server, ${after ? "which had" : "which had not"} taken it`, async () => {
    const { server, timers, store, saver, conflicts } = world({ frames: { 0: { shapes: [box(1)], tags: [] } } });
    server.faults = [{ after, error: offline() }];
    draw(store, 0, 50);
    await timers.pass(1000);
    assert.equal(saver.state.kind, "failed");
    store.undo();
    assert.equal(saver.clean, false, "nobody knows what the server holds");
    await timers.pass(20_000);
    assert.deepEqual([server.frames[0].shapes.length, saver.state.kind, saver.clean, conflicts.length], [1, "saved", true, 0]);
  });
}
