import assert from "node:assert/strict";
import { test } from "node:test";
import { logTickText, makeTicks, thinTicks } from "../src/axes.js";

test("log ticks are powers of ten outside 0.001 to 10,000", () => {
  const cases = [
    [1e-8, "10⁻⁸"], [2e-5, "2×10⁻⁵"], [1e-3, "0.001"], [0.02, "0.02"],
    [1, "1"], [1e4, "10,000"], [1e5, "10⁵"],
  ];
  for (const [value, text] of cases) assert.equal(logTickText(value), text);
});

test("ticks of a log axis lie at logarithms", () => {
  const ticks = makeTicks({ limits: [-2, 1], log: true, ticks: null }, 4);
  const labelled = ticks.filter(([position]) => Number.isInteger(position));
  assert.deepEqual(labelled, [[-2, "0.01"], [-1, "0.1"], [0, "1"], [1, "10"]]);
});

test("linear ticks have the true minus sign; given ticks are taken as they are", () => {
  const ticks = makeTicks({ limits: [-20, 20], log: false, ticks: 2 }, 9);
  assert.deepEqual(ticks, [[-20, "−20"], [0, "0"], [20, "20"]]);
  assert.deepEqual(makeTicks({ limits: [0, 1], log: false, ticks: [[0.5, "half"]] }, 9), [[0.5, "half"]]);
});

test("tick texts that would collide are blanked, their lines stay", () => {
  const thinned = thinTicks([[0, "aa"], [1, "bb"], [2, "cc"]], (position) => position * 15, () => 20);
  assert.deepEqual(thinned, [[0, "aa"], [1, ""], [2, "cc"]]);
});
