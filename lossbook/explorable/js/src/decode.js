import { DemoError } from "./errors.js";

export function asBytes(data) {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}

export function bytesFromBase64(text) {
  return Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
}

export async function inflate(data) {
  if (typeof DecompressionStream === "undefined") throw new DemoError("this browser is too old");
  const stream = new Blob([asBytes(data)]).stream().pipeThrough(new DecompressionStream("deflate"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new DemoError("its data are damaged");
  }
}

const product = (numbers) => numbers.reduce((total, number) => total * number, 1);

// Little-endian integers whose lowest bytes all come first, then all second bytes, and so on.
function joinPlanes(bytes, offset, length, integers) {
  const width = integers.BYTES_PER_ELEMENT;
  for (let plane = 0; plane < width; plane += 1) {
    const start = offset + plane * length;
    const shift = 8 * plane;
    for (let i = 0; i < length; i += 1) integers[i] |= bytes[start + i] << shift;
  }
}

function undoZigzag(integers) {
  for (let i = 0; i < integers.length; i += 1) integers[i] = (integers[i] >>> 1) ^ -(integers[i] & 1);
}

// The typed array wraps sums around, as the differences were taken modulo 2^bits.
function runningSum(integers, stride, count) {
  const block = stride * count;
  for (let start = 0; start < integers.length; start += block) {
    for (let i = start + stride; i < start + block; i += 1) integers[i] += integers[i - stride];
  }
}

// The stored integers of one function, of shape (grid..., shape...), row-major.
export function decodeFunction(bytes, spec, gridCounts) {
  const dimensions = [...gridCounts, ...spec.shape];
  const length = product(dimensions);
  if (spec.offset + spec.width * length > bytes.length) throw new DemoError("its data are damaged");
  const integers = spec.width === 2 ? new Uint16Array(length) : new Uint32Array(length);
  joinPlanes(bytes, spec.offset, length, integers);
  undoZigzag(integers);
  let stride = 1;
  for (let axis = dimensions.length - 1; axis >= 0; axis -= 1) {
    if (spec.axes.includes(axis)) runningSum(integers, stride, dimensions[axis]);
    stride *= dimensions[axis];
  }
  return integers;
}
