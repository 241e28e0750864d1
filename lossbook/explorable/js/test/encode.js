// The encoder of the format, for round trips; the fixtures in decode.test.js are written out by hand.

function difference(integers, stride, count) {
  const block = stride * count;
  for (let start = 0; start < integers.length; start += block) {
    for (let i = start + block - 1; i >= start + stride; i -= 1) integers[i] -= integers[i - stride];
  }
}

export function encode(values, dimensions, width) {
  const bits = 8 * width;
  const signed = width === 2 ? Int16Array.from(values) : Int32Array.from(values);
  let stride = 1;
  for (let axis = dimensions.length - 1; axis >= 0; axis -= 1) {
    difference(signed, stride, dimensions[axis]);
    stride *= dimensions[axis];
  }
  const zigzag = Array.from(signed, (n) => ((n << 1) ^ (n >> (bits - 1))) >>> 0);
  const planes = Array.from({ length: width }, (_, plane) => zigzag.map((n) => (n >>> (8 * plane)) & 255));
  return Uint8Array.from(planes.flat());
}
