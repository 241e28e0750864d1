import { drag } from "d3-drag";
import { nearestPositions } from "./nearest.js";

const HIT_RADIUS = 22;

function cursorFor(spec) {
  if (spec.moves || (spec.x.control && spec.y.control)) return "move";
  return spec.x.control ? "ew-resize" : "ns-resize";
}

const clamp = (pixel, size) => Math.max(0, Math.min(size, pixel));

// The value of a function of one or both of two sliders at each pair of their nodes.
function valuesAtNodes(index, sliders, evaluator) {
  const names = evaluator.controlsOf(index);
  const [rows, columns] = sliders.map(({ count }) => count);
  return Float64Array.from({ length: rows * columns }, (_, node) => {
    const at = { [sliders[0].name]: Math.floor(node / columns), [sliders[1].name]: node % columns };
    return evaluator.valuesAt(index, names.map((name) => at[name]))[0];
  });
}

// Finds the positions of the sliders that a handle moves where functions say where it is.
function makeSearch(spec, { controls, evaluator, store }) {
  const sliders = spec.moves.map((name) => controls.get(name));
  const [x, y] = [spec.x, spec.y].map(([index]) => valuesAtNodes(index, sliders, evaluator));
  return (plot, pixel) => {
    const grid = { xs: x.map(plot.x), ys: y.map(plot.y), sliders };
    const positions = nearestPositions(grid, pixel, spec.moves.map((name) => store.positions[name]));
    return Object.fromEntries(spec.moves.map((name, i) => [name, positions[i]]));
  };
}

// A disc that moves the sliders its coordinates are bound to. The keyboard uses the sliders themselves.
export function makeHandle(group, spec, { x, y }, context) {
  const { move, controls, container } = context;
  const radius = spec.radius;
  const place = { x: 0, y: 0 };
  const search = spec.moves ? makeSearch(spec, context) : null;
  let plot = null;
  group.classed("lb-handle", true).style("cursor", cursorFor(spec));
  const ring = group.append("circle").attr("class", "lb-handle-disc").attr("r", radius).node();
  const hit = group.append("circle").attr("class", "lb-hit").attr("r", Math.max(HIT_RADIUS, radius)).node();

  function positionAt(source, scale, pixel) {
    const stored = scale.invert(pixel);
    return controls.get(source.control).positionOf(source.log ? 10 ** stored : stored);
  }

  function dragged(event) {
    if (search) {
      move(search(plot, [event.x, event.y]));
      return;
    }
    const changes = {};
    if (x.control) changes[x.control] = positionAt(x, plot.x, event.x);
    if (y.control) changes[y.control] = positionAt(y, plot.y, event.y);
    move(changes);
  }

  // The subject keeps the distance between pointer and center, so that grabbing alone moves nothing.
  group.call(drag().container(() => container).subject(() => ({ ...place })).on("drag", dragged)
    .on("start", () => group.classed("lb-dragging", true))
    .on("end", () => group.classed("lb-dragging", false)));

  return {
    draw(newPlot) {
      plot = newPlot;
      // A handle whose value lies outside the plot waits at its edge, where it can still be grabbed.
      place.x = clamp(plot.x(x.values()[0]), plot.width);
      place.y = clamp(plot.y(y.values()[0]), plot.height);
      for (const circle of [ring, hit]) {
        circle.setAttribute("cx", place.x.toFixed(2));
        circle.setAttribute("cy", place.y.toFixed(2));
      }
    },
    anchor: () => [place.x, place.y],
  };
}
