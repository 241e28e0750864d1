// Marks of a whole field z (rows × columns, row 0 at the bottom).
import { contours } from "d3-contour";
import { interpolateCividis } from "d3-scale-chromatic";
import { h } from "./dom.js";
import { makeStroke } from "./stroke.js";

let colorTable = null;

// 256 colors, as red, green and blue bytes.
function colors() {
  if (colorTable) return colorTable;
  colorTable = new Uint8ClampedArray(3 * 256);
  for (let i = 0; i < 256; i += 1) {
    colorTable.set(interpolateCividis(i / 255).match(/\d+/g).map(Number), 3 * i);
  }
  return colorTable;
}

// Cell centers span the limits, so half a cell lies outside at either end.
function cellSize([low, high], count) {
  return count > 1 ? (high - low) / (count - 1) : high - low;
}

function fillPixels(pixels, values, rows, columns, [low, high]) {
  const table = colors();
  const scale = 255 / (high - low);
  for (let row = 0; row < rows; row += 1) {
    const start = (rows - 1 - row) * columns;
    for (let column = 0; column < columns; column += 1) {
      const level = Math.max(0, Math.min(255, Math.round((values[row * columns + column] - low) * scale)));
      const pixel = 4 * (start + column);
      pixels[pixel] = table[3 * level];
      pixels[pixel + 1] = table[3 * level + 1];
      pixels[pixel + 2] = table[3 * level + 2];
      pixels[pixel + 3] = 255;
    }
  }
}

// A coarse grid is shown as cells (an image, a mask); a fine one as the smooth field it samples.
const COARSE = 32;

export function makeHeatmap(group, spec, { z }, { underlay }) {
  const [rows, columns] = z.shape;
  const canvas = h("canvas", { width: columns, height: rows, class: "lb-heatmap", "aria-hidden": "true" });
  canvas.classList.toggle("lb-cells", Math.max(rows, columns) <= COARSE);
  const clip = h("div", { class: "lb-heatmap-clip" }, canvas);
  clip.classList.toggle("lb-after-guess", spec.after_guess);
  underlay.append(clip);
  const pixels = new ImageData(columns, rows);
  let placed = null;

  function place(plot) {
    const dx = cellSize(spec.x_limits, columns) / 2;
    const dy = cellSize(spec.y_limits, rows) / 2;
    const [left, right] = [plot.x(spec.x_limits[0] - dx), plot.x(spec.x_limits[1] + dx)];
    const [bottom, top] = [plot.y(spec.y_limits[0] - dy), plot.y(spec.y_limits[1] + dy)];
    Object.assign(clip.style, {
      left: `${plot.left}px`, top: `${plot.top}px`, width: `${plot.width}px`, height: `${plot.height}px`,
    });
    Object.assign(canvas.style, {
      left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px`,
    });
    placed = plot;
  }
  return {
    draw(plot) {
      if (placed !== plot) place(plot);
      fillPixels(pixels.data, z.values(), rows, columns, spec.z_limits);
      canvas.getContext("2d").putImageData(pixels, 0, 0);
    },
    anchor: () => null,
  };
}

// d3-contour closes its rings around the outside of the grid; those stretches are no level lines.
function ringPath(ring, columns, rows, toX, toY) {
  const outside = ([x, y]) => x <= 0 || y <= 0 || x >= columns || y >= rows;
  let path = "";
  let drawing = false;
  for (const point of ring) {
    if (outside(point)) {
      drawing = false;
      continue;
    }
    path += `${drawing ? "L" : "M"}${toX(point[0]).toFixed(1)},${toY(point[1]).toFixed(1)}`;
    drawing = true;
  }
  return path;
}

export function makeContours(group, spec, { z }, { onField }) {
  const [rows, columns] = z.shape;
  const write = makeStroke(group, { width: 1, onField });
  const contour = contours().size([columns, rows]).thresholds(spec.levels);
  const dx = cellSize(spec.x_limits, columns);
  const dy = cellSize(spec.y_limits, rows);
  return {
    draw(plot) {
      const toX = (column) => plot.x(spec.x_limits[0] + (column - 0.5) * dx);
      const toY = (row) => plot.y(spec.y_limits[0] + (row - 0.5) * dy);
      let d = "";
      for (const { coordinates } of contour(z.values())) {
        for (const ring of coordinates.flat()) d += ringPath(ring, columns, rows, toX, toY);
      }
      write(d);
    },
    anchor: () => null,
  };
}
