import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestPositions } from "../src/nearest.js";

const slider = (count, between) => ({ count, between, last: (count - 1) * between });

// The grid of a function from coordinates, in nodes, to pixels.
function gridOf(sliders, point) {
  const nodes = [];
  for (let i = 0; i < sliders[0].count; i += 1) {
    for (let j = 0; j < sliders[1].count; j += 1) nodes.push(point(i, j));
  }
  return { xs: nodes.map(([x]) => x), ys: nodes.map(([, y]) => y), sliders };
}

// Where the dot is drawn: in a cell, a mix of the four nodes around.
function drawn({ xs, ys, sliders: [first, second] }, [a, b]) {
  const [i, j] = [Math.min(Math.floor(a / first.between), first.count - 2),
    Math.min(Math.floor(b / second.between), second.count - 2)];
  const [u, v] = [a / first.between - i, b / second.between - j];
  const at = (pixels, di, dj) => pixels[(i + di) * second.count + j + dj];
  return [xs, ys].map((pixels) => (1 - u) * ((1 - v) * at(pixels, 0, 0) + v * at(pixels, 0, 1))
    + u * ((1 - v) * at(pixels, 1, 0) + v * at(pixels, 1, 1)));
}

const distance = (grid, positions, [x, y]) => {
  const [px, py] = drawn(grid, positions);
  return Math.hypot(px - x, py - y);
};

// The least distance over every reachable pair of positions.
function leastDistance(grid, pixel) {
  let least = Infinity;
  for (let a = 0; a <= grid.sliders[0].last; a += 1) {
    for (let b = 0; b <= grid.sliders[1].last; b += 1) least = Math.min(least, distance(grid, [a, b], pixel));
  }
  return least;
}

// The share of class 1 upward to a tip, and how the rest is split from left to right.
const triangle = gridOf([slider(5, 4), slider(6, 3)], (i, j) => {
  const rest = 1 - i / 4;
  return [300 * (rest * (j / 5) + i / 8), 250 * rest];
});

const GRIDS = {
  "a triangle": triangle,
  "a ring": gridOf([slider(4, 5), slider(9, 4)], (i, j) => {
    const angle = (j / 8) * 1.9 * Math.PI;
    return [200 + (60 + 40 * i) * Math.cos(angle), 200 + (60 + 40 * i) * Math.sin(angle)];
  }),
  "long cells, much askew": gridOf([slider(8, 3), slider(3, 9)], (i, j) => [10 * i + 190 * j, 3 * i + 170 * j]),
  "a surface that is folded": gridOf([slider(7, 3), slider(7, 3)], (i, j) => [
    60 * i + 20 * j, 9 * (i - 3) ** 2 + 30 * j,
  ]),
  "nodes alone": gridOf([slider(9, 1), slider(7, 1)], (i, j) => [40 * i + 3 * j * j, 50 * j]),
};

for (const [what, grid] of Object.entries(GRIDS)) {
  test(`no position is nearer to the pointer than the one found: ${what}`, () => {
    for (let x = -60; x <= 460; x += 37) {
      for (let y = -60; y <= 460; y += 41) {
        const found = nearestPositions(grid, [x, y], [0, 0]);
        found.forEach((position, i) => {
          assert.ok(Number.isInteger(position) && position >= 0 && position <= grid.sliders[i].last, `${position}`);
        });
        const [got, least] = [distance(grid, found, [x, y]), leastDistance(grid, [x, y])];
        assert.ok(got <= least + 1e-3, `${x}, ${y}: ${got} pixels off, ${least} possible`);
      }
    }
  });
}

test("by hand: a square of 100 pixels whose sliders have ten positions", () => {
  const grid = gridOf([slider(2, 10), slider(2, 10)], (i, j) => [100 * j, 100 * (1 - i)]);
  assert.deepEqual(nearestPositions(grid, [32, 81], [0, 0]), [2, 3]);
  assert.deepEqual(nearestPositions(grid, [500, 44], [0, 0]), [6, 10]);
  assert.deepEqual(nearestPositions(grid, [-1, -1], [0, 0]), [10, 0]);
});

test("where many positions draw one point, a slider that need not move does not", () => {
  for (const split of [0, 4, 7, 15]) {
    assert.deepEqual(nearestPositions(triangle, [150, -20], [18, split]), [16, split]);
  }
});

test("every position that draws a point of its own is found again from there", () => {
  for (let a = 0; a < 16; a += 1) {
    for (let b = 0; b <= 15; b += 1) {
      assert.deepEqual(nearestPositions(triangle, drawn(triangle, [a, b]), [0, 0]), [a, b]);
    }
  }
});
