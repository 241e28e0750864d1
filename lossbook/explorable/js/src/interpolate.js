// Values of functions at the current position of the controls, computed when first asked for after a move.

const product = (numbers) => numbers.reduce((total, number) => total * number, 1);

// Fills `out` with the multilinear mix of the grid cell around `coordinates` (in nodes), or the nearest node.
export function evaluate(table, coordinates, out) {
  const { integers, counts, low, step, interpolate } = table;
  const size = out.length;
  let offsets = [0];
  let weights = [1];
  let stride = integers.length;
  coordinates.forEach((coordinate, axis) => {
    stride /= counts[axis];
    const clamped = Math.max(0, Math.min(coordinate, counts[axis] - 1));
    const node = interpolate ? Math.floor(clamped) : Math.round(clamped);
    const fraction = interpolate ? clamped - node : 0;
    const near = offsets.map((offset) => offset + node * stride);
    if (fraction === 0) {
      offsets = near;
      return;
    }
    offsets = near.concat(near.map((offset) => offset + stride));
    weights = weights.map((weight) => weight * (1 - fraction))
      .concat(weights.map((weight) => weight * fraction));
  });
  out.fill(0);
  for (let corner = 0; corner < offsets.length; corner += 1) {
    const offset = offsets[corner];
    const weight = weights[corner];
    for (let i = 0; i < size; i += 1) out[i] += weight * integers[offset + i];
  }
  for (let i = 0; i < size; i += 1) out[i] = low + step * out[i];
  return out;
}

// `coordinateOf(name)` gives the current coordinate of a control in nodes.
export function makeEvaluator(specs, integersOf, countOf, coordinateOf) {
  const entries = specs.map((spec, index) => ({
    spec,
    current: false,
    out: new Float64Array(product(spec.shape)),
    coordinates: new Array(spec.controls.length),
    table: {
      integers: integersOf[index],
      counts: spec.controls.map(countOf),
      low: spec.low,
      step: spec.step,
      interpolate: spec.interpolate,
    },
  }));

  function values(index) {
    const entry = entries[index];
    if (!entry.current) {
      entry.spec.controls.forEach((name, axis) => { entry.coordinates[axis] = coordinateOf(name); });
      evaluate(entry.table, entry.coordinates, entry.out);
      entry.current = true;
    }
    return entry.out;
  }

  function invalidate(names) {
    for (const entry of entries) {
      if (entry.spec.controls.some((name) => names.has(name))) entry.current = false;
    }
  }

  // The values at given coordinates, wherever the controls stand.
  function valuesAt(index, coordinates) {
    const { table, out } = entries[index];
    return evaluate(table, coordinates, new Float64Array(out.length));
  }

  // The string of a function with a table, or null where the function gives numbers.
  function text(index) {
    const { table } = specs[index];
    return table ? table[values(index)[0]] : null;
  }

  // The sum of several functions, entry by entry, in an array that is used again on every call.
  function source(indexes) {
    const names = new Set(indexes.flatMap((index) => specs[index].controls));
    const { shape } = specs[indexes[0]];
    if (indexes.length === 1) return { names, shape, values: () => values(indexes[0]) };
    const sum = new Float64Array(product(shape));
    const add = () => {
      sum.fill(0);
      for (const index of indexes) {
        const terms = values(index);
        for (let i = 0; i < sum.length; i += 1) sum[i] += terms[i];
      }
      return sum;
    };
    return { names, shape, values: add };
  }

  return { values, valuesAt, text, source, invalidate, controlsOf: (index) => specs[index].controls };
}
