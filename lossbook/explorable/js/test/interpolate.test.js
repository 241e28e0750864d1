import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate, makeEvaluator } from "../src/interpolate.js";

const table = (integers, counts, more = {}) =>
  ({ integers: Uint16Array.from(integers), counts, low: 0, step: 1, interpolate: true, ...more });

const at = (given, coordinates, size = 1) => Array.from(evaluate(given, coordinates, new Float64Array(size)));

test("nodes are reproduced exactly: low + step * integer", () => {
  const given = table([0, 1, 3], [3], { low: -1.5, step: 0.1 });
  assert.deepEqual(at(given, [1]), [-1.5 + 0.1 * 1]);
  assert.deepEqual(at(given, [2]), [-1.5 + 0.1 * 3]);
});

test("between two nodes the mix is linear", () => {
  assert.deepEqual(at(table([10, 20], [2]), [0.25]), [12.5]);
});

test("two axes: bilinear, by hand", () => {
  // Corners 0, 10 / 20, 50 at (0.5, 0.25): 0.5 * 2.5 + 0.5 * 27.5.
  assert.deepEqual(at(table([0, 10, 20, 50], [2, 2]), [0.5, 0.25]), [15]);
});

test("a plane over three axes is reproduced", () => {
  const counts = [3, 4, 2];
  const plane = (a, b, c) => 7 + 2 * a + 3 * b + 5 * c;
  const integers = [];
  for (let a = 0; a < 3; a += 1) {
    for (let b = 0; b < 4; b += 1) for (let c = 0; c < 2; c += 1) integers.push(plane(a, b, c));
  }
  for (const point of [[0.5, 2.25, 0.75], [2, 3, 1], [1.5, 0, 0.25]]) {
    assert.ok(Math.abs(at(table(integers, counts), point)[0] - plane(...point)) < 1e-12);
  }
});

test("arrays are mixed entry by entry", () => {
  assert.deepEqual(at(table([0, 100, 10, 200], [2]), [0.5], 2), [5, 150]);
});

test("without interpolation the nearest node holds", () => {
  const given = table([1, 2, 4], [3], { interpolate: false });
  assert.deepEqual([0.4, 0.6, 1.4, 2].map((x) => at(given, [x])[0]), [1, 2, 2, 4]);
});

test("coordinates beyond the ends are clamped", () => {
  assert.deepEqual(at(table([3, 9], [2]), [-1]), [3]);
  assert.deepEqual(at(table([3, 9], [2]), [7]), [9]);
});

const SPEC = { shape: [2], low: 0, step: 1, interpolate: true, table: null };

test("sources add up functions; only functions of moved controls are evaluated again", () => {
  const coordinates = { a: 0, b: 0 };
  const asked = [];
  const coordinateOf = (name) => {
    asked.push(name);
    return coordinates[name];
  };
  const specs = [{ ...SPEC, controls: ["a"] }, { ...SPEC, controls: ["b"] }];
  const integers = [Uint16Array.from([1, 2, 3, 4]), Uint16Array.from([10, 20, 30, 40])];
  const evaluator = makeEvaluator(specs, integers, () => 2, coordinateOf);
  const source = evaluator.source([0, 1]);
  assert.deepEqual(Array.from(source.values()), [11, 22]);
  coordinates.b = 1;
  evaluator.invalidate(new Set(["b"]));
  assert.deepEqual(Array.from(source.values()), [31, 42]);
  assert.deepEqual(asked, ["a", "b", "b"]);
  assert.deepEqual([...source.names], ["a", "b"]);
});

test("a table gives the string of the nearest node", () => {
  const spec = { ...SPEC, shape: [], controls: ["a"], table: ["up", "down"], interpolate: false };
  const evaluator = makeEvaluator([spec], [Uint16Array.from([1, 0])], () => 2, () => 0.7);
  assert.equal(evaluator.text(0), "up");
});
