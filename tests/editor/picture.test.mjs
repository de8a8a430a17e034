import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord, commandFor } from "@/editor/keys.js";
import { lookFrom, Picture, usualLook } from "@/editor/picture.js";

function browser(stored = null) {
  const kept = { value: stored };
  const root = { style: { values: {}, setProperty(name, value) { this.values[name] = value; } },
    classList: { on: new Set(), toggle(name, on) { if (on) this.on.add(name); else this.on.delete(name); } } };
  return { root, kept, storage: () => ({ getItem: () => kept.value, setItem: (_, value) => { kept.value = value; } }) };
}

test("settings become CSS and are kept for the next visit", () => {
  const { root, kept, storage } = browser();
  const picture = new Picture(root, storage);
  assert.equal(root.style.values["--ed-filter"], "none");
  picture.set({ brightness: 150, saturation: 0, opacity: 40, crosshair: false });
  assert.equal(root.style.values["--ed-filter"], "brightness(1.5) saturate(0)");
  assert.equal(root.style.values["--ed-opacity"], "0.4");
  assert.ok(root.classList.on.has("ed-no-cross"));
  assert.equal(new Picture(browser(kept.value).root, storage).look.brightness, 150);
  assert.equal(picture.usual, false);
});

test("reset brings the picture back and leaves the thumbnails as they are", () => {
  const picture = new Picture(...Object.values((({ root, storage }) => ({ root, storage }))(browser())));
  picture.set({ contrast: 30, smooth: false, strip: false });
  picture.reset();
  assert.deepEqual(picture.look, { ...usualLook(), strip: false });
  assert.equal(picture.usual, true);
});

test("whatever was stored gives a picture that can be shown", () => {
  for (const stored of [null, 5, "x", [], {}, { brightness: "much", contrast: NaN, smooth: "no", unknown: 1 }]) assert.deepEqual(lookFrom(stored), usualLook());
  const { brightness, contrast, selectedOpacity, opacity } = lookFrom({ brightness: 9999, contrast: -5, selectedOpacity: 0, opacity: 33.4 });
  assert.deepEqual([brightness, contrast, selectedOpacity, opacity], [300, 20, 20, 33]);
});

test("a browser that forbids storage, or holds rubbish, still shows the picture", (t) => {
  const warned = t.mock.method(console, "warn", () => {});
  const forbidden = () => { throw new DOMException("no", "SecurityError"); };
  const picture = new Picture(browser().root, forbidden);
  picture.set({ brightness: 120 });
  assert.equal(picture.look.brightness, 120);
  assert.deepEqual(new Picture(browser("{").root, browser("{").storage).look, usualLook());
  assert.equal(warned.mock.callCount(), 3);
});

test("Shift and a letter held down turn + and - into the picture's keys, as in CVAT", () => {
  const chord = new Chord();
  const press = (key, code, shiftKey = true) => ({ key, code, shiftKey, ctrlKey: false, altKey: false, metaKey: false });
  const command = (...given) => { const event = press(...given); return commandFor(event, chord.name(event))?.command; };
  assert.equal(command("+", "Equal"), "zoomIn");
  assert.equal(command("B", "KeyB"), undefined);
  assert.equal(command("+", "Equal"), "brighter");
  assert.equal(command("_", "Minus"), "darker");
  chord.release({ key: "B", code: "KeyB" });
  assert.equal(command("+", "Equal"), "zoomIn");
  command("С", "KeyC"); // the same key of a Cyrillic keyboard
  assert.equal(command("+", "Equal"), "moreContrast");
  chord.release({ key: "Shift", code: "ShiftLeft" });
  assert.equal(command("-", "Minus", false), "zoomOut");
});
