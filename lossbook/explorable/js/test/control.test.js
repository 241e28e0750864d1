import assert from "node:assert/strict";
import { test } from "node:test";
import { makeControls } from "../src/control.js";

const SLIDER = {
  kind: "slider", name: "s", label: "", unit: "", nodes: [0, 10, 30], between: 4, log: false, decimals: 1,
  default: 12, button: null,
};

const control = (more) => [...makeControls([{ ...SLIDER, ...more }]).values()][0];

test("a linear slider has evenly spaced positions between two nodes", () => {
  const slider = control();
  assert.equal(slider.last, 8);
  assert.deepEqual([0, 1, 4, 5, 8].map(slider.valueAt), [0, 2.5, 10, 15, 30]);
  assert.equal(slider.coordinate(5), 1.25);
});

test("a value goes to the nearest reachable position, clamped at the ends", () => {
  const slider = control();
  assert.deepEqual([-5, 0, 2, 12, 13, 29, 99].map(slider.positionOf), [0, 0, 1, 4, 5, 8, 8]);
  assert.equal(slider.start, 4);
});

test("a log slider mixes logarithms", () => {
  const slider = control({ nodes: [0.01, 1, 100], between: 2, log: true, default: 0.1 });
  assert.deepEqual([0, 1, 2, 3, 4].map(slider.valueAt), [0.01, 0.1, 1, 10, 100]);
  assert.deepEqual([0.02, 0.05, 9, 40].map(slider.positionOf), [0, 1, 3, 4]);
});

test("every position of a slider is found again from its value and from its token", () => {
  const logarithmic = control({ nodes: [0.001, 0.01, 1, 7], between: 13, log: true, decimals: 2 });
  for (const slider of [control(), logarithmic]) {
    for (let position = 0; position <= slider.last; position += 1) {
      assert.equal(slider.positionOf(slider.valueAt(position)), position);
      assert.equal(slider.positionOf(slider.token(position)), position);
    }
  }
});

test("a token has the printed decimals where they are enough", () => {
  assert.equal(control().token(1), "2.5");
  assert.equal(control({ decimals: 0, nodes: [50, 3460], between: 1 }).token(1), "3460");
});

test("what is no number has no position", () => {
  assert.deepEqual(["x", "", " ", null, undefined, NaN, true].map(control().positionOf), Array(7).fill(null));
  assert.equal(control().positionOf("13"), 5);
});

test("choices and toggles have their options as positions", () => {
  const choice = control({ kind: "choice", options: ["a", "b"], default: "b" });
  assert.deepEqual([choice.start, choice.last, choice.positionOf("c")], [1, 1, null]);
  assert.equal(choice.text(0), "a");
  const toggle = control({ kind: "toggle", default: true });
  assert.deepEqual([true, false, "true", "false", "yes"].map(toggle.positionOf), [1, 0, 1, 0, null]);
  assert.equal(toggle.valueAt(1), true);
});
