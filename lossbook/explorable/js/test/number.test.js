import assert from "node:assert/strict";
import { test } from "node:test";
import { formatNumber } from "../src/number.js";

const CASES = [
  [3.14159, { decimals: 2 }, "3.14"],
  [2, { decimals: 3 }, "2.000"],
  [-1.5, { decimals: 1 }, "−1.5"],
  [-0.004, { decimals: 2 }, "0.00"],
  [-0, {}, "0"],
  [0, { sign: true }, "+0"],
  [-0.004, { decimals: 2, sign: true }, "+0.00"],
  [7, { sign: true }, "+7"],
  [-7, { sign: true }, "−7"],
  [1234567.891, { decimals: 1, comma: true }, "1,234,567.9"],
  [-1234, { comma: true }, "−1,234"],
  [999, { comma: true }, "999"],
  [1234, {}, "1234"],
  [0.125, { decimals: 1, percent: true }, "12.5\u00a0%"],
  [-0.5, { percent: true, sign: true }, "−50\u00a0%"],
  [2.5, {}, "3"],
  [-2.5, {}, "−2"],
  [0.999, { decimals: 2 }, "1.00"],
  [1e-9, { decimals: 4 }, "0.0000"],
];

for (const [value, field, text] of CASES) {
  const whole = { decimals: 0, sign: false, comma: false, percent: false, ...field };
  const name = `${value} with ${JSON.stringify(field)} is ${text}`;
  test(name, () => assert.equal(formatNumber(value, whole), text));
}
