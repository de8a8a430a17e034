import assert from "node:assert/strict";
import { test } from "node:test";
import { Deadline, clockText, levelOf } from "@/editor/deadline.js";
import { allows, carriedAttributes, defaultAttributes, problemWithValue, toolsFor } from "@/editor/labels.js";
import { ParentPage, assignmentOf, isListed, targetOrigins } from "@/editor/session.js";
import { FrameImages } from "@/editor/frames.js";

const LISTED = ["https://iframe-toloka.com", "https://*.iframe-toloka.com"];

test("the assignment comes from the fragment", () => {
  assert.equal(assignmentOf("#00001abc--5f3e"), "00001abc--5f3e");
  assert.equal(assignmentOf("#a%2Fb"), "a/b");
  assert.equal(assignmentOf("#100%"), "100%");
  assert.equal(assignmentOf(""), "");
});

test("a star stands for hosts below, not for look-alikes", () => {
  assert.ok(isListed("https://abc.iframe-toloka.com", LISTED));
  assert.ok(isListed("https://iframe-toloka.com", LISTED));
  for (const origin of ["https://eviliframe-toloka.com", "http://abc.iframe-toloka.com", "https://iframe-toloka.com.evil.org"]) {
    assert.ok(!isListed(origin, LISTED), origin);
  }
});

test("messages go to the parent's own origin and nowhere when it is not listed", () => {
  assert.deepEqual(targetOrigins({ ancestors: ["https://abc.iframe-toloka.com"], referrer: "", listed: LISTED }), ["https://abc.iframe-toloka.com"]);
  assert.deepEqual(targetOrigins({ ancestors: ["https://evil.org"], referrer: "https://iframe-toloka.com/x", listed: LISTED }), []);
  assert.deepEqual(targetOrigins({ ancestors: undefined, referrer: "https://abc.iframe-toloka.com/task/1", listed: LISTED }), ["https://abc.iframe-toloka.com"]);
  assert.deepEqual(targetOrigins({ ancestors: undefined, referrer: "", listed: LISTED }), ["https://iframe-toloka.com"]);
});

test("without a parent nothing is sent", () => {
  const alone = { location: {}, document: { referrer: "" } };
  alone.parent = alone;
  assert.equal(new ParentPage(alone, LISTED).skip(), false);
});

test("the clock counts wall time and warns once a level", () => {
  let now = 1_000_000;
  const deadline = new Deadline(400, () => now);
  assert.equal(deadline.tick(), null);
  now += 101_000;
  assert.deepEqual([deadline.tick(), deadline.tick()], ["soon", null]);
  now += 250_000;
  assert.equal(deadline.tick(), "urgent");
  now += 86_400_000; // the machine slept
  assert.equal(deadline.tick(), "over");
  assert.equal(deadline.secondsLeft, 0);
  assert.deepEqual([clockText(3909.7), clockText(571), clockText(-3)], ["1:05:09", "9:31", "0:00"]);
  assert.equal(levelOf(300), "soon");
});

test("without a deadline there is no clock", () => {
  assert.equal(new Deadline(null).exists, false);
  assert.equal(new Deadline(null).tick(), null);
});

const label = (type, attributes = []) => ({ id: 1, name: "l", color: "#000000", type, attributes });
const spec = (input_type, values, more = {}) => ({ id: 9, name: "size", input_type, mutable: false, values, default_value: values[0], ...more });

test("a job has the tools its labels allow", () => {
  assert.deepEqual(toolsFor([label("rectangle"), label("tag")]), ["rectangle", "tag"]);
  assert.deepEqual(toolsFor([label("any")]), ["rectangle", "polygon", "polyline", "points", "ellipse", "mask", "tag"]);
  assert.ok(!allows(label("polygon"), "rectangle"));
});

test("values that an attribute does not allow are refused in words", () => {
  assert.equal(problemWithValue(spec("select", ["a", "b"]), "b"), null);
  assert.match(problemWithValue(spec("radio", ["a", "b"]), "c"), /one of: a, b/);
  assert.match(problemWithValue(spec("number", ["0", "10", "1"]), "11"), /between 0 and 10/);
  assert.match(problemWithValue(spec("number", ["0", "10", "1"]), "many"), /must be a number/);
  assert.equal(problemWithValue(spec("text", []), "anything"), null);
});

test("another label keeps the values of attributes that it shares", () => {
  const from = label("any", [spec("select", ["small", "large"])]);
  const to = label("any", [spec("select", ["small", "large"], { id: 20 }), spec("checkbox", ["false", "true"], { id: 21, name: "wet" })]);
  const object = { attributes: [{ spec_id: 9, value: "large" }] };
  assert.deepEqual(carriedAttributes(object, from, to), [{ spec_id: 20, value: "large" }, { spec_id: 21, value: "false" }]);
  assert.deepEqual(defaultAttributes(from), [{ spec_id: 9, value: "small" }]);
});

test("an attribute without a default starts with a value that it allows", () => {
  const bare = { default_value: "" };
  const specs = [spec("select", ["VW", "Lada"], bare), spec("number", ["1", "5", "1"], bare), spec("checkbox", [], bare), spec("text", [], bare)];
  assert.deepEqual(defaultAttributes(label("any", specs)).map((entry) => entry.value), ["VW", "1", "false", ""]);
});

test("the next frames are fetched ahead, far ones closed, and a failed one asked for again", async () => {
  const asked = [];
  const closed = [];
  let broken = new Set([2]);
  const images = new FrameImages(async (number) => {
    asked.push(number);
    if (broken.has(number)) throw new Error("no network");
    return number;
  }, Array.from({ length: 40 }, (_, i) => i), async (blob) => ({ number: blob, close: () => closed.push(blob) }));
  assert.equal((await images.show(0)).number, 0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(asked, [0, 1, 2]);
  broken = new Set();
  assert.equal((await images.show(2)).number, 2);
  assert.equal(asked.filter((number) => number === 2).length, 2);
  for (const number of [10, 14, 18, 22, 26, 30]) {
    await images.show(number);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert.ok(closed.includes(0) && closed.includes(1));
  assert.ok(!closed.includes(30));
});
