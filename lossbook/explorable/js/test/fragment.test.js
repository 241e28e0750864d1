import assert from "node:assert/strict";
import { test } from "node:test";
import { makeControls } from "../src/control.js";
import { parseFragment, printFragment } from "../src/fragment.js";
import { makeStore } from "../src/store.js";

const CONTROLS = makeControls([
  {
    kind: "slider", name: "score", nodes: [50, 400, 3460], between: 10, log: false, decimals: 0, default: 330,
  },
  { kind: "choice", name: "loss", options: ["squared", "L1 & L2 ½"], default: "squared" },
  { kind: "toggle", name: "squares", default: false },
]);

const DEFAULTS = { score: 330, loss: "squared", squares: false };

test("only what differs from the defaults is written", () => {
  assert.equal(printFragment("outlier", CONTROLS, DEFAULTS), "");
  assert.equal(printFragment("outlier", CONTROLS, { ...DEFAULTS, score: 400 }), "#demo-outlier?score=400");
});

test("a state survives the round trip, odd characters included", () => {
  const state = { score: 2542, loss: "L1 & L2 ½", squares: true };
  const { name, values } = parseFragment(printFragment("outlier", CONTROLS, state));
  assert.equal(name, "outlier");
  const store = makeStore(CONTROLS);
  store.apply(store.positionsOf(values));
  assert.deepEqual(store.values(), state);
});

test("a fragment without a state names the demo only", () => {
  assert.deepEqual(parseFragment("#demo-outlier"), { name: "outlier", values: null });
  assert.deepEqual(parseFragment("#demo-outlier?"), { name: "outlier", values: {} });
});

test("other fragments name no demo", () => {
  for (const fragment of ["", "#", "#section", "#demo-", "#?score=1", "#%", "#%E0%A4?x"]) {
    assert.equal(parseFragment(fragment), null);
  }
});

test("malformed states are read without throwing; what is unknown is left, what is too large clamped", () => {
  const store = makeStore(CONTROLS);
  const queries = ["%", "&&=&a", "score", "score=&loss=%E0%A4", "score=abc&x=1", "__proto__=1", "a=b?c=d#e"];
  for (const query of queries) {
    const { values } = parseFragment(`#demo-outlier?${query}`);
    store.apply(store.positionsOf(values));
  }
  assert.deepEqual(store.values(), DEFAULTS);
  store.apply(store.positionsOf(parseFragment("#demo-outlier?score=1e9").values));
  assert.equal(store.values().score, 3460);
});
