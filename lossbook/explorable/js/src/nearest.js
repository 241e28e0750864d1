// Which positions of two sliders put a point nearest to a pixel, where the point is a function of both.

// Many positions may draw one point, as at the tip of a triangle. Of these the one next to the current position
// is taken, so that no slider jumps there. The unit is square pixels for the whole length of a slider, so little
// that nobody sees it.
const TIE = 1e-6;

// The distance from a pixel to an interval between two of four numbers.
function outside(pixel, a, b, c, d) {
  return Math.max(0, Math.min(a, b, c, d) - pixel, pixel - Math.max(a, b, c, d));
}

// `xs` and `ys` are the pixels of the nodes, those of the second slider side by side; a slider has `count` nodes
// and `between` positions from one to the next.
//
// Within a cell of four nodes the point is a mix of them. So it lies in their bounding box, by which most cells
// can be left out; and while the second slider alone moves, it goes along a straight line at an even pace, on
// which the nearest position is known without a search. What is returned is the best of all positions.
export function nearestPositions({ xs, ys, sliders: [first, second] }, [x, y], current) {
  const columns = second.count;
  let best = Infinity;
  let found = current;

  // The point (px, py) is where the sliders put it at the positions a and b.
  function consider(a, b, px, py) {
    const shift = ((a - current[0]) / first.last) ** 2 + ((b - current[1]) / second.last) ** 2;
    const cost = (px - x) ** 2 + (py - y) ** 2 + TIE * shift;
    if (cost >= best) return;
    best = cost;
    found = [a, b];
  }

  function searchCell(i, j) {
    const corner = i * columns + j;
    const mix = (pixels, at, part) => pixels[at] + part * (pixels[at + columns] - pixels[at]);
    for (let step = 0; step <= first.between; step += 1) {
      const part = step / first.between;
      const [startX, startY] = [mix(xs, corner, part), mix(ys, corner, part)];
      const [dx, dy] = [mix(xs, corner + 1, part) - startX, mix(ys, corner + 1, part) - startY];
      const square = dx ** 2 + dy ** 2;
      const along = square > 0 ? ((x - startX) * dx + (y - startY) * dy) / square : current[1] / second.between - j;
      const across = Math.round(Math.max(0, Math.min(1, along)) * second.between);
      const reached = across / second.between;
      const [a, b] = [i * first.between + step, j * second.between + across];
      consider(a, b, startX + reached * dx, startY + reached * dy);
    }
  }

  for (let node = 0; node < xs.length; node += 1) {
    const [i, j] = [Math.floor(node / columns), node % columns];
    consider(i * first.between, j * second.between, xs[node], ys[node]);
  }
  for (let i = 0; i + 1 < first.count; i += 1) {
    for (let j = 0; j + 1 < columns; j += 1) {
      const a = i * columns + j;
      const [b, c, d] = [a + 1, a + columns, a + columns + 1];
      const gapX = outside(x, xs[a], xs[b], xs[c], xs[d]);
      const gapY = outside(y, ys[a], ys[b], ys[c], ys[d]);
      if (gapX ** 2 + gapY ** 2 < best) searchCell(i, j);
    }
  }
  return found;
}
