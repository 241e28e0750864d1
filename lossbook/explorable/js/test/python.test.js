// What Python packed is read here as Python reads it: values and printed texts at and between nodes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { makeControls } from "../src/control.js";
import { bytesFromBase64, inflate } from "../src/decode.js";
import { prepareEvaluator } from "../src/explorable.js";
import { fieldOf } from "../src/parts.js";
import { makeStore } from "../src/store.js";

const path = new URL("../../../../tests/explorable/fixture.json", import.meta.url);
const { spec, frames, states } = JSON.parse(readFileSync(path, "utf8"));
const bytes = await inflate(bytesFromBase64(frames));

function contextAt(state) {
  const controls = makeControls(spec.controls);
  const store = makeStore(controls);
  store.apply(store.positionsOf(state));
  return { controls, store, evaluator: prepareEvaluator(spec, bytes, controls, store) };
}

function print(part, context) {
  return typeof part === "string" ? part : part.i ?? part.code ?? fieldOf(part, context).read();
}

const isClose = (a, b) => Math.abs(a - b) <= 1e-8 * Math.max(1, Math.abs(b));

for (const { what, state, coordinates, values, readouts } of states) {
  test(`as Python: ${what}`, () => {
    const context = contextAt(state);
    for (const [name, coordinate] of Object.entries(coordinates)) {
      assert.equal(context.store.coordinate(name), coordinate, name);
    }
    values.forEach((expected, index) => {
      if (typeof expected === "string") {
        assert.equal(context.evaluator.text(index), expected);
        return;
      }
      const found = context.evaluator.values(index);
      const wanted = [expected].flat();
      assert.equal(found.length, wanted.length);
      wanted.forEach((value, i) => assert.ok(isClose(found[i], value), `${index}: ${found[i]}, not ${value}`));
    });
    const printed = spec.readouts.map(({ parts }) => parts.map((part) => print(part, context)).join(""));
    assert.deepEqual(printed, readouts);
  });
}
