import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { asBytes, bytesFromBase64, decodeFunction, inflate } from "../src/decode.js";
import { DemoError } from "../src/errors.js";
import { encode } from "./encode.js";

const everyAxis = (shape, grid) => [...grid, ...shape].map((_, axis) => axis);

const decode = (bytes, shape, grid, { width = 2, offset = 0, axes = everyAxis(shape, grid) } = {}) =>
  Array.from(decodeFunction(Uint8Array.from(bytes), { shape, width, axes, offset }, grid));

test("a constant scalar has no axes: its integer is only mapped by zigzag", () => {
  assert.deepEqual(decode([0x0a, 0x00], [], []), [5]);
});

test("one axis: differences 3, 4, -2 are stored as 6, 8, 3", () => {
  assert.deepEqual(decode([6, 8, 3, 0, 0, 0], [3], []), [3, 7, 5]);
  assert.deepEqual(decode([6, 8, 3, 0, 0, 0], [], [3]), [3, 7, 5]);
});

test("two bytes: the low bytes come first, then the high bytes", () => {
  // 300, 1: differences 300, -299; zigzag 600 = 0x0258, 597 = 0x0255.
  assert.deepEqual(decode([0x58, 0x55, 0x02, 0x02], [2], []), [300, 1]);
});

test("two axes: [[1, 2], [4, 8]] has the differences [[1, 1], [3, 3]]", () => {
  assert.deepEqual(decode([2, 2, 6, 6, 0, 0, 0, 0], [2], [2]), [1, 2, 4, 8]);
});

test("without differences along the first axis each row stands for itself", () => {
  assert.deepEqual(decode([2, 2, 8, 8, 0, 0, 0, 0], [2], [2], { axes: [1] }), [1, 2, 4, 8]);
});

test("differences wrap around: 0, 65535 differs by -1", () => {
  assert.deepEqual(decode([0, 1, 0, 0], [2], []), [0, 65535]);
});

test("four bytes, with wrapping: 4294967295, 0 has the differences -1, 1", () => {
  assert.deepEqual(decode([1, 2, 0, 0, 0, 0, 0, 0], [2], [], { width: 4 }), [4294967295, 0]);
  // 70000: zigzag 140000 = 0x000222e0.
  assert.deepEqual(decode([0xe0, 0x22, 0x02, 0x00], [], [], { width: 4 }), [70000]);
});

test("a function begins at its offset", () => {
  assert.deepEqual(decode([9, 9, 9, 4, 0], [], [], { offset: 3 }), [2]);
});

test("three axes of controls and a shape, both widths", () => {
  const dimensions = [2, 3, 2, 4];
  for (const [width, factor] of [[2, 1367], [4, 89478485]]) {
    const values = Array.from({ length: 48 }, (_, i) => (i * i * 7919 + i) % 48 * factor);
    const bytes = encode(values, dimensions, width);
    assert.deepEqual(decode(bytes, [4], [2, 3, 2], { width }), values);
  }
});

test("too few bytes are damaged data", () => {
  assert.throws(() => decode([1, 2], [3], []), DemoError);
});

test("frames are inflated from every kind of buffer; garbage is damaged data", async () => {
  const raw = Uint8Array.from([1, 2, 3, 250]);
  const packed = deflateSync(raw);
  const buffer = new Uint8Array([0, ...packed, 0]).buffer;
  assert.deepEqual(await inflate(new DataView(buffer, 1, packed.length)), raw);
  assert.deepEqual(await inflate(bytesFromBase64(packed.toString("base64"))), raw);
  assert.equal(asBytes(buffer).length, packed.length + 2);
  await assert.rejects(inflate(Uint8Array.from([1, 2, 3])), DemoError);
});
