import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameImages } from "@/editor/frames.js";
import { isFinished, matching, stateOf, unfinishedFrom } from "@/editor/progress.js";
import { DocumentStore, normalised, sameContent } from "@/editor/store.js";
import { scrolledTo, Thumbnails, visibleRange } from "@/editor/thumbnails.js";

const settled = () => new Promise((done) => { setTimeout(done, 5); });
const box = { client_id: "b", type: "rectangle", label_id: 3, points: [1, 1, 9, 9], attributes: [] };
const mark = (frame) => { frame.nothing_here = true; };

test("nothing here is a step of its own, and drawing takes it away in the same step as it draws", () => {
  const store = new DocumentStore();
  assert.ok(store.change(4, mark));
  assert.deepEqual(store.frame(4), { shapes: [], tags: [], nothing_here: true });
  store.change(4, (frame) => frame.shapes.push(box));
  assert.ok(!("nothing_here" in store.frame(4)));
  assert.equal(store.undo(), 4);
  assert.deepEqual(store.frame(4), { shapes: [], tags: [], nothing_here: true });
  store.undo();
  assert.equal(stateOf(store.frame(4)), "open");
  assert.equal(store.redo(), 4);
  assert.equal(store.frame(4).nothing_here, true);
  store.redo();
  assert.deepEqual([store.frame(4).shapes.length, store.frame(4).nothing_here], [1, undefined]);
});

test("a mark on a frame with a shape or a tag changes nothing", () => {
  const store = new DocumentStore({ 0: { shapes: [box], tags: [] }, 1: { shapes: [], tags: [{ label_id: 7 }] } });
  for (const number of [0, 1]) store.change(number, mark);
  assert.ok(!("nothing_here" in store.frame(0)) && !("nothing_here" in store.frame(1)));
});

test("a mark from the server is kept, and content with and without it differs", () => {
  const marked = normalised({ shapes: [], tags: [], nothing_here: true });
  assert.equal(marked.nothing_here, true);
  assert.ok(!("nothing_here" in normalised({ shapes: [], tags: [] })));
  assert.ok(!sameContent(marked, normalised(null)));
});

test("finished is what has something on it or is marked", () => {
  assert.deepEqual([{ shapes: [box], tags: [] }, { shapes: [], tags: [{}] }, { shapes: [], tags: [], nothing_here: true }, { shapes: [], tags: [] }]
    .map(isFinished), [true, true, true, false]);
});

test("the next unfinished frame is looked for once around the job", () => {
  const frames = [10, 11, 12, 13].map((number) => ({ number }));
  const open = new Set([10, 12]);
  const content = (number) => ({ shapes: open.has(number) ? [] : [box], tags: [] });
  assert.deepEqual([0, 1, 2, 3].map((at) => unfinishedFrom(frames, content, at)), [2, 2, 0, 0]);
  assert.deepEqual([0, 1, 2, 3].map((at) => unfinishedFrom(frames, content, at, -1)), [2, 0, 0, 2]);
  open.delete(10);
  assert.equal(unfinishedFrom(frames, content, 2), null, "the present frame is no other");
  assert.equal(unfinishedFrom([{ number: 10 }], content, 0), null);
});

test("a frame is found by its place first, then by its name", () => {
  const frames = ["cam/2.jpg", "b10.jpg", "2b.jpg", "Zoo.png"].map((name, number) => ({ number, name }));
  assert.deepEqual(matching(frames, "2"), [1, 0, 2]);
  assert.deepEqual(matching(frames, " zoo"), [3]);
  assert.deepEqual(matching(frames, "#4"), [3]);
  assert.deepEqual(matching(frames, "99"), []);
  assert.deepEqual(matching(frames, ""), [0, 1, 2, 3]);
  const many = Array.from({ length: 1000 }, (_, number) => ({ number, name: `${number}.jpg` }));
  assert.equal(matching(many, "jpg").length, 50);
});

function images(size = { width: 100, height: 100 }) {
  const log = { fetched: [], aborted: [], closed: [] };
  const fetchBlob = (number, { signal }) => new Promise((done, fail) => {
    log.fetched.push(number);
    signal.addEventListener("abort", () => { log.aborted.push(number); fail(signal.reason); });
    setTimeout(() => done(number), 1);
  });
  const decode = async (number) => ({ ...size, number, close: () => log.closed.push(number) });
  return [new FrameImages(fetchBlob, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], decode), log];
}

test("two frames ahead and one behind are decoded before anybody asks", async () => {
  const [frames, log] = images();
  await frames.show(4);
  await settled();
  assert.deepEqual(log.fetched, [4, 5, 6, 3]);
  assert.equal((await frames.show(5)).number, 5);
  await settled();
  assert.deepEqual(log.fetched, [4, 5, 6, 3, 7], "what is here is not fetched again");
});

test("small images seen before are kept, large ones are given back but for the neighbours", async () => {
  const [small, kept] = images();
  const [large, dropped] = images({ width: 8000, height: 6000 });
  for (const [frames] of [[small], [large]]) {
    await frames.show(0);
    await settled();
    await frames.show(9);
    await settled();
  }
  assert.deepEqual(kept.closed, []);
  assert.deepEqual(dropped.closed.sort(), [0], "one of 48 million pixels fits beside the neighbours, and only one neighbour was asked for");
});

test("a frame that is far away by now is not waited for", async () => {
  const [frames, log] = images();
  const first = frames.show(0);
  const refused = assert.rejects(first);
  await frames.show(8);
  await refused;
  assert.deepEqual(log.aborted, [0]);
});

function thumbnails(answer = (number) => `blob ${number}`) {
  const log = { fetched: [], dropped: [], arrived: 0, now: 0, most: 0, running: 0 };
  const fetchBlob = async (number, { signal }) => {
    log.fetched.push(number);
    log.running += 1;
    log.most = Math.max(log.most, log.running);
    await settled();
    log.running -= 1;
    signal.throwIfAborted();
    return answer(number);
  };
  const addresses = { make: (blob) => `address of ${blob}`, drop: (address) => log.dropped.push(address) };
  return [new Thumbnails(fetchBlob, () => { log.arrived += 1; }, addresses, () => log.now), log];
}

test("of a thousand thumbnails only those in view are fetched, four at a time", async () => {
  const [strip, log] = thumbnails();
  strip.want([3, 4, 5, 6, 7, 8]);
  strip.want([3, 4, 5, 6, 7, 8]);
  await settled();
  await settled();
  await settled();
  assert.deepEqual(log.fetched, [3, 4, 5, 6, 7, 8]);
  assert.equal(log.most, 4);
  assert.equal(strip.address(8), "address of blob 8");
  assert.equal(strip.address(9), null);
});

test("what was scrolled away before it came is given up, and asked for again when it comes back", async () => {
  const [strip, log] = thumbnails();
  strip.want([1]);
  strip.want([700]);
  await settled();
  await settled();
  assert.deepEqual([strip.address(1), strip.failed(1), strip.address(700)], [null, false, "address of blob 700"]);
  strip.want([1]);
  await settled();
  await settled();
  assert.equal(strip.address(1), "address of blob 1");
  assert.deepEqual(log.fetched, [1, 700, 1]);
});

test("a thumbnail that fails is marked and asked for again after ten seconds only", async () => {
  let broken = true;
  const [strip, log] = thumbnails((number) => { if (broken) throw new Error("gone"); return number; });
  strip.want([1]);
  await settled();
  await settled();
  strip.want([1]);
  assert.deepEqual([strip.failed(1), log.fetched.length], [true, 1]);
  [broken, log.now] = [false, 10_001];
  strip.want([1]);
  await settled();
  await settled();
  assert.deepEqual([strip.failed(1), strip.address(1)], [false, "address of 1"]);
});

test("the oldest thumbnails are forgotten and their memory given back", async () => {
  const [strip, log] = thumbnails();
  for (let first = 0; first < 320; first += 4) {
    strip.want([first, first + 1, first + 2, first + 3]);
    await settled();
    await settled();
  }
  assert.equal(log.dropped.length, 20);
  assert.equal(log.dropped[0], "address of blob 0");
});

test("what a scrolled strip shows, and how it follows the present frame", () => {
  assert.deepEqual(visibleRange(1000, 100, 5000, 800), [48, 59]);
  assert.deepEqual(visibleRange(1, 100, 0, 800), [0, 0]);
  assert.deepEqual(visibleRange(1000, 100, 99_900, 800), [997, 999]);
  assert.equal(scrolledTo(5, 1000, 100, 0, 800), 0, "in view with its neighbours");
  assert.equal(scrolledTo(9, 1000, 100, 0, 800), 300);
  assert.equal(scrolledTo(999, 1000, 100, 0, 800), 99_200);
  assert.equal(scrolledTo(0, 1, 100, 0, 800), 0);
});

test("of pictures of 33 million pixels only the next one is decoded ahead of time", async () => {
  const asked = [];
  const fetch = async (number) => { asked.push(number); return number; };
  const images = new FrameImages(fetch, [0, 1, 2, 3, 4], async () => ({ width: 7680, height: 4320, close() {} }));
  await images.show(1);
  await settled();
  assert.deepEqual(asked, [1, 2]);
  assert.deepEqual([images.isReady(1), images.isReady(2), images.isReady(3)], [true, true, false]);
});
