// Where direct labels go. A label is {x, y, width, anchor}: y is its vertical center, in plot pixels.

const LINE_HEIGHT = 14;
const GAP = 6;

// Where the segment from a to b leaves the plot (or ends in it); null if it does not touch it.
export function clippedEnd(ax, ay, bx, by, width, height) {
  let enter = 0;
  let leave = 1;
  const dx = bx - ax;
  const dy = by - ay;
  for (const [delta, room] of [[-dx, ax], [dx, width - ax], [-dy, ay], [dy, height - ay]]) {
    if (delta === 0 && room < 0) return null;
    if (delta < 0) enter = Math.max(enter, room / delta);
    if (delta > 0) leave = Math.min(leave, room / delta);
  }
  return enter <= leave ? [ax + leave * dx, ay + leave * dy] : null;
}

// The end of a line as far as it lies within the plot.
export function visibleEnd(xs, ys, width, height) {
  for (let i = xs.length - 1; i > 0; i -= 1) {
    const end = clippedEnd(xs[i - 1], ys[i - 1], xs[i], ys[i], width, height);
    if (end) return end;
  }
  return null;
}

// The point of a line at x (between two of its points), or its point nearest to x.
export function pointAt(xs, ys, x, between) {
  if (between) {
    for (let i = 1; i < xs.length; i += 1) {
      const [a, b] = [xs[i - 1], xs[i]];
      if (a === b || (a - x) * (b - x) > 0) continue;
      return [x, ys[i - 1] + ((x - a) / (b - a)) * (ys[i] - ys[i - 1])];
    }
  }
  let nearest = 0;
  for (let i = 1; i < xs.length; i += 1) {
    if (Math.abs(xs[i] - x) < Math.abs(xs[nearest] - x)) nearest = i;
  }
  return [xs[nearest], ys[nearest]];
}

const extent = ({ x, width, anchor }) => {
  if (anchor === "middle") return [x - width / 2, x + width / 2];
  return anchor === "end" ? [x - width, x] : [x, x + width];
};

// Keeps a label between the left edge of the plot and the right edge of the figure.
function keepInside(label, left, right) {
  const [start, end] = extent(label);
  if (end > right) label.x -= end - right;
  else if (start < left) label.x += left - start;
}

function overlap(a, b) {
  const [aStart, aEnd] = extent(a);
  const [bStart, bEnd] = extent(b);
  return aStart < bEnd + GAP && bStart < aEnd + GAP;
}

// Pushes labels apart vertically where they would collide, and keeps them within the plot. Changes y.
export function dodge(labels, height) {
  const top = LINE_HEIGHT / 2;
  const bottom = height - LINE_HEIGHT / 2;
  const sorted = [...labels].sort((a, b) => a.y - b.y);
  for (const label of sorted) label.y = Math.min(Math.max(label.y, top), bottom);
  sorted.forEach((label, i) => {
    for (const above of sorted.slice(0, i)) {
      if (overlap(above, label)) label.y = Math.max(label.y, above.y + LINE_HEIGHT);
    }
  });
  sorted.reverse().forEach((label, i) => {
    label.y = Math.min(label.y, bottom);
    for (const below of sorted.slice(0, i)) {
      if (overlap(below, label)) label.y = Math.min(label.y, below.y - LINE_HEIGHT);
    }
  });
}

export function arrange(labels, plot) {
  for (const label of labels) keepInside(label, -plot.left + 2, plot.width + plot.right);
  dodge(labels, plot.height);
}

export function endLabel([x, y], width) {
  return { x: x + GAP, y, width, anchor: "start" };
}

// Above or below a point; on the other side where the plot ends.
export function besideLabel([x, y], width, below, distance, height) {
  const shift = distance + LINE_HEIGHT / 2;
  const room = below ? height - y : y;
  const side = (below ? 1 : -1) * (room < shift + LINE_HEIGHT / 2 ? -1 : 1);
  return { x, y: y + side * shift, width, anchor: "middle" };
}
