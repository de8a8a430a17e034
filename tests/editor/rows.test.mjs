import assert from "node:assert/strict";
import { test } from "node:test";
import { changesBetween } from "@/editor/changes.js";
import { inView, ROW, stretch } from "@/editor/rows.js";

const places = (parts) => parts.filter((part) => "place" in part).map((part) => part.place);
const rows = (parts) => parts.reduce((sum, part) => sum + (part.gap ?? 1), 0);

test("of five thousand rows only those in view are made, and gaps stand for all others", () => {
  const parts = stretch(5000, [100, 140], -1);
  assert.deepEqual([places(parts)[0], places(parts).at(-1), places(parts).length], [100, 140, 41]);
  assert.equal(rows(parts), 5000);
});

test("the selected row is always there, before, in and after what is in view", () => {
  for (const kept of [0, 99, 120, 141, 4999]) {
    const parts = stretch(5000, [100, 140], kept);
    assert.ok(places(parts).includes(kept), kept);
    assert.equal(rows(parts), 5000, "the list keeps its height");
    assert.equal(new Set(parts.filter((part) => part.gap).map((part) => part.key)).size, parts.filter((part) => part.gap).length);
  }
});

test("short lists and empty ones have no gaps", () => {
  assert.deepEqual(stretch(0, [0, 40], -1), []);
  assert.deepEqual(places(stretch(3, [0, 40], 1)), [0, 1, 2]);
  assert.deepEqual(places(stretch(2, [30, 60], -1)), [1], "scrolled past what is left");
});

test("what is in view follows the scrolling, an open row above included", () => {
  assert.deepEqual(inView(5000, 0, 10 * ROW), [0, 22]);
  const [first, last] = inView(5000, 1000 * ROW, 10 * ROW);
  assert.ok(first <= 1000 && first > 980 && last >= 1010 && last < 1030);
  const [behind] = inView(5000, 1000 * ROW + 200, 10 * ROW, { place: 5, more: 200 });
  assert.equal(behind, first);
});

test("changes of a long list are found by identity", () => {
  const list = Array.from({ length: 1000 }, (_, id) => ({ id }));
  const other = { id: 500 };
  assert.deepEqual(changesBetween(list, list, 10), []);
  assert.deepEqual(changesBetween(list, list.with(500, other), 10), [list[500], other]);
  assert.deepEqual(changesBetween(list, list.slice(1), 10), [list[0]]);
  assert.deepEqual(changesBetween(list, [...list, other], 10), [other]);
});

test("too many changes, or another order, mean that all is drawn", () => {
  const list = Array.from({ length: 30 }, (_, id) => ({ id }));
  assert.equal(changesBetween(list, [], 10), null);
  assert.equal(changesBetween(list, list.map((thing) => ({ ...thing })), 10), null);
  assert.equal(changesBetween(list, [...list.slice(1), list[0]], 10), null);
});
