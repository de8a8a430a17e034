import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { Commands } from "@/editor/commands.js";
import { Chord, KEYS, belongsToElement, commandFor, keyName, takesText } from "@/editor/keys.js";

const press = (key, more = {}) => ({ key, code: "", ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...more });
const command = (...arguments_) => commandFor(press(...arguments_))?.command;

test("no key stands for two commands", () => {
  const keys = KEYS.flatMap((entry) => entry.keys);
  assert.deepEqual(keys.filter((key, i) => keys.indexOf(key) !== i), []);
});

test("every command of the table exists", () => {
  for (const { command: name } of KEYS) assert.ok(/^label\d+$/.test(name) || typeof Commands.prototype[name] === "function", name);
});

test("the keys of the brief do what it says", () => {
  const expected = { n: "draw", Escape: "cancel", f: "nextFrame", d: "previousFrame", Delete: "delete", F1: "help" };
  for (const [key, name] of Object.entries(expected)) assert.equal(command(key), name, key);
  const control = { z: "undo", y: "redo", s: "save", c: "copy", v: "paste", 1: "label1", 9: "label9" };
  for (const [key, name] of Object.entries(control)) assert.equal(command(key, { ctrlKey: true }), name, key);
  assert.equal(command("Z", { ctrlKey: true, shiftKey: true }), "redo");
  assert.equal(command("z", { metaKey: true }), "undo");
});

test("letters of a Cyrillic keyboard are taken by their place, those of QWERTZ by what they say", () => {
  assert.equal(command("т", { code: "KeyN" }), "draw");
  assert.equal(command("Я", { code: "KeyZ", ctrlKey: true, shiftKey: true }), "redo");
  assert.equal(command("z", { code: "KeyY", ctrlKey: true }), "undo");
});

test("signs on letters' keys and a French keyboard's digits are taken by their place", () => {
  assert.equal(command("/", { code: "KeyQ" }), "occluded"); // Hebrew
  assert.equal(command("'", { code: "KeyW" }), undefined);
  assert.equal(command("&", { code: "Digit1", ctrlKey: true }), "label1");
  assert.equal(command("à", { code: "Digit0", ctrlKey: true }), "label10");
  assert.equal(command("@", { code: "Digit2", ctrlKey: true, shiftKey: true }), undefined);
  assert.equal(command(" ", { code: "Space" }), "point");
});

test("T and H together hide everything, T alone shows the thumbnails when it is let go", () => {
  const chord = new Chord();
  const t = press("t", { code: "KeyT" });
  const h = press("h", { code: "KeyH" });
  const down = (event) => commandFor(event, chord.name(event))?.command;
  assert.equal(down(t), undefined);
  assert.equal(down(h), "hideAll");
  assert.equal(chord.release(t), null, "it was part of a chord");
  assert.equal(down(h), "hide");
  down(t);
  assert.equal(chord.release(t).command, "toggleStrip");
  down(t);
  chord.forget(); // the window lost focus
  assert.equal(down(h), "hide");
  assert.equal(chord.release(t), null);
});

test("every must row of CVAT's table has its key", () => {
  const rows = { draw: "N", redraw: "Shift+N", cancel: "Escape", nextFrame: "F", previousFrame: "D", save: "Ctrl+S", undo: "Ctrl+Z", redo: "Ctrl+Shift+Z",
    delete: "Delete", deleteLocked: "Shift+Delete", copy: "Ctrl+C", paste: "Ctrl+V", propagate: "Ctrl+B", label10: "Ctrl+0", nextObject: "Tab",
    hide: "H", hideAll: "T H", lock: "L", lockAll: "T L", occluded: "Q", group: "G", ungroup: "Shift+G", tenForward: "V", goToFrame: "`", help: "F1" };
  for (const [name, key] of Object.entries(rows)) assert.ok(KEYS.some((entry) => entry.command === name && entry.keys.includes(key)), `${key}: ${name}`);
});

test("keys with other modifiers are left to the browser", () => {
  assert.equal(command("n", { ctrlKey: true }), undefined);
  assert.equal(command("d", { altKey: true }), undefined);
  assert.equal(command("f", { ctrlKey: true }), undefined);
  assert.equal(keyName(press("+", { shiftKey: true })), "+");
});

test("shortcuts are off in text fields and on in tick boxes", () => {
  for (const element of [{ tagName: "TEXTAREA" }, { tagName: "SELECT" }, { tagName: "INPUT", type: "text" }, { tagName: "INPUT", type: "number" },
    { tagName: "DIV", isContentEditable: true }]) assert.ok(takesText(element), JSON.stringify(element));
  for (const element of [{ tagName: "INPUT", type: "checkbox" }, { tagName: "INPUT", type: "range" }, { tagName: "BUTTON" }, null]) assert.ok(!takesText(element));
});

test("a focused button keeps Enter and Tab", () => {
  const canvas = { tagName: "DIV" };
  assert.ok(belongsToElement("Enter", { tagName: "BUTTON" }, canvas));
  assert.ok(belongsToElement("Tab", { tagName: "BUTTON" }, canvas));
  assert.ok(!belongsToElement("Tab", canvas, canvas));
  assert.ok(belongsToElement("Ctrl+ArrowLeft", { tagName: "INPUT" }, canvas));
  assert.ok(!belongsToElement("N", { tagName: "BUTTON" }, canvas));
});

test("every icon of the editor is in the sprite's list", () => {
  const folder = "annotation/static/annotation/editor";
  const listed = new Set(readFileSync("assets/icons.txt", "utf8").split("\n"));
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".js"));
  const source = files.map((name) => readFileSync(`${folder}/${name}`, "utf8")).join("\n");
  const used = [...source.matchAll(/icon\("([\w-]+)"\)|(?:icon|sign): "([\w-]+)"/g)].map((match) => match[1] ?? match[2]);
  assert.ok(used.length > 15);
  assert.deepEqual(used.filter((name) => !listed.has(name)), []);
});

test("the brush's keys are found on every keyboard, and digits with Shift of others stay what they are", () => {
  assert.equal(command("!", { code: "Digit1", shiftKey: true }), "brush");
  assert.equal(command("4", { code: "Digit4", shiftKey: true }), "cutPolygon");
  assert.equal(command("0", { code: "Digit0", shiftKey: true }), "fit");
  assert.equal(command("х", { code: "BracketLeft" }), "smallerBrush");
  assert.equal(command("]"), "largerBrush");
  assert.equal(command("R", { shiftKey: true }), "turnLeft");
  assert.equal(command("r", { ctrlKey: true }), undefined, "the browser reloads");
});
