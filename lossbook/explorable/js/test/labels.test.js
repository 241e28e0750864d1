import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange, besideLabel, clippedEnd, dodge, pointAt, visibleEnd } from "../src/labels.js";

const label = (y, x = 0, width = 40) => ({ x, y, width, anchor: "start" });

const heights = (labels) => labels.map(({ y }) => y);

test("labels that do not collide stay", () => {
  const labels = [label(80), label(20), label(50)];
  dodge(labels, 100);
  assert.deepEqual(heights(labels), [80, 20, 50]);
});

test("labels at one height are pushed apart, in their order", () => {
  const labels = [label(50), label(51), label(52)];
  dodge(labels, 200);
  assert.deepEqual(heights(labels), [50, 64, 78]);
});

test("labels at the bottom are pushed up, at the top down", () => {
  const low = [label(99), label(100)];
  dodge(low, 100);
  assert.deepEqual(heights(low), [79, 93]);
  const high = [label(-50), label(-40)];
  dodge(high, 100);
  assert.deepEqual(heights(high), [7, 21]);
});

test("labels side by side may share a height", () => {
  const labels = [label(50, 0), label(50, 60)];
  dodge(labels, 100);
  assert.deepEqual(heights(labels), [50, 50]);
});

test("labels are kept between the left of the figure and the end of its margin", () => {
  const labels = [label(10, 190, 40), label(50, -60, 40)];
  arrange(labels, { left: 30, width: 150, right: 50, height: 100 });
  assert.deepEqual(labels.map(({ x }) => x), [160, -28]);
});

test("a line that leaves the plot ends where it leaves", () => {
  assert.deepEqual(clippedEnd(0, 50, 100, -50, 200, 100), [50, 0]);
  assert.deepEqual(clippedEnd(150, 50, 250, 50, 200, 100), [200, 50]);
  assert.equal(clippedEnd(0, -10, 100, -50, 200, 100), null);
  assert.deepEqual(visibleEnd([0, 50, 100], [50, 0, -900], 200, 100), [50, 0]);
  assert.deepEqual(visibleEnd([0, 50, 100], [50, 20, 30], 200, 100), [100, 30]);
  assert.equal(visibleEnd([0, 100], [-5, -9], 200, 100), null);
});

test("a label at an x lies on the line, or at the nearest of some points", () => {
  assert.deepEqual(pointAt([0, 10, 20], [0, 100, 0], 15, true), [15, 50]);
  assert.deepEqual(pointAt([0, 10, 20], [0, 100, 0], 16, false), [20, 0]);
  assert.deepEqual(pointAt([0, 10], [3, 4], 99, true), [10, 4]);
});

test("a label beside a point turns to the other side at the edge of the plot", () => {
  assert.equal(besideLabel([5, 50], 20, false, 4, 100).y, 39);
  assert.equal(besideLabel([5, 50], 20, true, 4, 100).y, 61);
  assert.equal(besideLabel([5, 3], 20, false, 4, 100).y, 14);
  assert.equal(besideLabel([5, 98], 20, true, 4, 100).y, 87);
});
