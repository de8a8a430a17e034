import assert from "node:assert/strict";
import { test } from "node:test";
import { Brush, brushFrom, LARGEST, SMALLEST, stepped } from "@/editor/brush.js";

test("steps are a tenth, at least a pixel, and end at the limits", () => {
  assert.deepEqual([stepped(1, 1), stepped(5, 1), stepped(50, 1), stepped(50, -1), stepped(1, -1), stepped(249, 1)], [2, 6, 55, 45, SMALLEST, LARGEST]);
  assert.equal(stepped(3, -5), SMALLEST);
  assert.equal(stepped(10, 3), 13);
});

test("whatever was stored becomes settings that work, and the way begins as the brush", () => {
  for (const stored of [null, 7, "x", {}, { size: "many", form: "star" }]) assert.deepEqual(brushFrom(stored), { way: "brush", size: 24, form: "circle" });
  assert.deepEqual(brushFrom({ size: 9000, form: "square", way: "eraser" }), { way: "brush", size: LARGEST, form: "square" });
});

test("size and form are kept in the browser; a browser that keeps nothing is no obstacle", () => {
  const kept = new Map();
  const storage = () => ({ getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) });
  const brush = new Brush(storage);
  brush.set({ size: 40, form: "square", way: "cut" });
  assert.deepEqual(brush.settings, { way: "cut", size: 40, form: "square" });
  assert.deepEqual(new Brush(storage).settings, { way: "brush", size: 40, form: "square" });
  const warned = [];
  const { warn } = console;
  console.warn = (...words) => warned.push(words[0]);
  const forbidden = new Brush(() => { throw new Error("SecurityError"); });
  forbidden.set({ size: 12 });
  console.warn = warn;
  assert.equal(forbidden.settings.size, 12);
  assert.equal(warned.length, 2);
});
