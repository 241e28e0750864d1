// Each maker returns {draw(plot), anchor(plot)}: draw brings the mark up to date, anchor gives the pixel its
// label belongs to. A plot has the scales `x` and `y`, its size, and the margins around it, all in pixels.
import { area as areaShape, line as lineShape } from "d3-shape";
import { makeContours, makeHeatmap } from "./fields.js";
import { makeHandle } from "./handle.js";
import { pointAt, visibleEnd } from "./labels.js";
import { makeStroke } from "./stroke.js";

// Far outside the plot browsers lose precision; there a pixel more or less cannot be seen.
const FAR = 1e6;

const clampPixel = (pixel) => Math.max(-FAR, Math.min(FAR, pixel));

function project(source, scale, out) {
  const values = source.values();
  for (let i = 0; i < values.length; i += 1) out[i] = clampPixel(scale(values[i]));
  return out;
}

const pixelsOf = (source) => new Float64Array(source.values().length);

// Writes an attribute only where it changed: moving 5 of 442 points touches 5 elements.
function makeWriter(nodes, name) {
  const written = new Float64Array(nodes.length).fill(NaN);
  return (i, value) => {
    if (written[i] === value) return;
    written[i] = value;
    nodes[i][name].baseVal.value = value;
  };
}

function appendMany(group, tag, count) {
  const nodes = [];
  for (let i = 0; i < count; i += 1) nodes.push(group.append(tag).node());
  return nodes;
}

// The anchor of a label: a given x, else the end of the line (or the point at the right end).
function anchorOf(spec, xs, ys, plot, isLine) {
  if (typeof spec.label_at === "number") return pointAt(xs, ys, plot.x(spec.label_at), isLine);
  if (isLine && xs.length > 1) return visibleEnd(xs, ys, plot.width, plot.height);
  return pointAt(xs, ys, Infinity, false);
}

function makeLine(group, spec, { x, y }, { onField }) {
  const xs = pixelsOf(x);
  const ys = pixelsOf(y);
  const write = makeStroke(group, { width: spec.width, dash: spec.dash, onField });
  group.style("opacity", spec.opacity);
  const shape = lineShape((_, i) => xs[i], (_, i) => ys[i]).digits(2);
  return {
    draw(plot) {
      project(x, plot.x, xs);
      project(y, plot.y, ys);
      write(shape(xs) ?? "");
    },
    anchor: (plot) => anchorOf(spec, xs, ys, plot, true),
  };
}

function makePoints(group, spec, { x, y }) {
  const xs = pixelsOf(x);
  const ys = pixelsOf(y);
  group.classed(spec.hollow ? "lb-hollow" : "lb-fill", true);
  const nodes = appendMany(group, "circle", xs.length);
  for (const node of nodes) {
    node.setAttribute("r", spec.radius);
    node.setAttribute("opacity", spec.opacity);
  }
  const writeX = makeWriter(nodes, "cx");
  const writeY = makeWriter(nodes, "cy");
  return {
    draw(plot) {
      project(x, plot.x, xs).forEach((value, i) => writeX(i, value));
      project(y, plot.y, ys).forEach((value, i) => writeY(i, value));
    },
    anchor: (plot) => anchorOf(spec, xs, ys, plot, false),
  };
}

function makeArea(group, spec, { x, y1, y2 }) {
  const xs = pixelsOf(x);
  const ys1 = pixelsOf(y1);
  const ys2 = pixelsOf(y2);
  const edge = new Float64Array(xs.length);
  const path = group.append("path").attr("class", "lb-fill").style("opacity", spec.opacity).node();
  const shape = areaShape((_, i) => xs[i], (_, i) => ys1[i], (_, i) => ys2[i]).digits(2);

  // With an x of its own the label stands beside the area, else in the middle of the area's end.
  function edgeAt(i) {
    if (typeof spec.label_at !== "number") return (ys1[i] + ys2[i]) / 2;
    return spec.label_below ? Math.max(ys1[i], ys2[i]) : Math.min(ys1[i], ys2[i]);
  }
  return {
    draw(plot) {
      project(x, plot.x, xs);
      project(y1, plot.y, ys1);
      project(y2, plot.y, ys2);
      path.setAttribute("d", shape(xs) ?? "");
    },
    anchor: (plot) => anchorOf(spec, xs, edge.map((_, i) => edgeAt(i)), plot, true),
  };
}

function makeBars(group, spec, { x, y }) {
  const xs = pixelsOf(x);
  const ys = pixelsOf(y);
  const nodes = appendMany(group, "rect", xs.length);
  group.classed("lb-fill", true).style("opacity", spec.opacity);
  const names = ["x", "y", "width", "height"];
  const write = Object.fromEntries(names.map((name) => [name, makeWriter(nodes, name)]));
  return {
    draw(plot) {
      project(x, plot.x, xs);
      project(y, plot.y, ys);
      const width = Math.abs(plot.x(spec.width) - plot.x(0));
      const base = clampPixel(plot.y(0));
      for (let i = 0; i < xs.length; i += 1) {
        write.x(i, xs[i] - width / 2);
        write.width(i, width);
        write.y(i, Math.min(base, ys[i]));
        write.height(i, Math.abs(base - ys[i]));
      }
    },
    anchor: (plot) => anchorOf(spec, xs, ys, plot, false),
  };
}

// A shaft, and two strokes for the head, which shrinks with short arrows.
function arrowPath(x, y, dx, dy) {
  const length = Math.hypot(dx, dy);
  if (length < 0.5) return "";
  const head = Math.min(7, length * 0.5) / length;
  const [tipX, tipY] = [x + dx, y + dy];
  const corner = (side) => {
    const cx = tipX - head * (dx + side * 0.5 * dy);
    const cy = tipY - head * (dy - side * 0.5 * dx);
    return `${cx.toFixed(2)},${cy.toFixed(2)}`;
  };
  const tip = `${tipX.toFixed(2)},${tipY.toFixed(2)}`;
  return `M${x.toFixed(2)},${y.toFixed(2)}L${tip}M${corner(1)}L${tip}L${corner(-1)}`;
}

function makeArrows(group, spec, { x, y, dx, dy }, { onField }) {
  const xs = pixelsOf(x);
  const ys = pixelsOf(y);
  const write = makeStroke(group, { width: spec.width, onField });
  return {
    draw(plot) {
      project(x, plot.x, xs);
      project(y, plot.y, ys);
      const [alongX, alongY] = [dx.values(), dy.values()];
      const [scaleX, scaleY] = [plot.x(1) - plot.x(0), plot.y(1) - plot.y(0)];
      let d = "";
      for (let i = 0; i < xs.length; i += 1) {
        d += arrowPath(xs[i], ys[i], clampPixel(alongX[i] * scaleX), clampPixel(alongY[i] * scaleY));
      }
      write(d);
    },
    anchor: (plot) => anchorOf(spec, xs, ys, plot, false),
  };
}

function makeText(group, spec, { x, y }, { evaluator }) {
  const fixed = Array.isArray(spec.text) ? null : spec.text;
  const node = group.append("text").attr("class", "lb-text").attr("dy", "0.35em")
    .attr("text-anchor", spec.anchor).node();
  return {
    draw(plot) {
      node.setAttribute("x", clampPixel(plot.x(x.values()[0])).toFixed(2));
      node.setAttribute("y", clampPixel(plot.y(y.values()[0])).toFixed(2));
      const text = fixed ?? evaluator.text(spec.text[0]);
      if (node.textContent !== text) node.textContent = text;
    },
    anchor: () => null,
  };
}

const MAKERS = {
  line: makeLine,
  points: makePoints,
  area: makeArea,
  bars: makeBars,
  arrows: makeArrows,
  text: makeText,
  heatmap: makeHeatmap,
  contours: makeContours,
  handle: makeHandle,
};

const SOURCES = ["x", "y", "y1", "y2", "dx", "dy", "z", "text"];

// `axes` tells which axes are logarithmic, for the handles; `context` has the evaluator and the controls.
export function makeMark(group, spec, axes, context) {
  const sources = {};
  const names = new Set();
  for (const key of SOURCES) {
    const given = spec[key];
    if (Array.isArray(given)) sources[key] = context.evaluator.source(given);
    else if (given?.control) sources[key] = context.controlSource(given.control, axes[key].log);
    sources[key]?.names.forEach((name) => names.add(name));
  }
  const mark = MAKERS[spec.kind](group, spec, sources, context);
  return { ...mark, spec, dependsOn: (moved) => [...names].some((name) => moved.has(name)) };
}
