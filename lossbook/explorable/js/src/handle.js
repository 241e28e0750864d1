import { drag } from "d3-drag";

const HIT_RADIUS = 22;

function cursorFor(spec) {
  if (spec.x.control && spec.y.control) return "move";
  return spec.x.control ? "ew-resize" : "ns-resize";
}

const clamp = (pixel, size) => Math.max(0, Math.min(size, pixel));

// A disc that moves the sliders its coordinates are bound to. The keyboard uses the sliders themselves.
export function makeHandle(group, spec, { x, y }, { move, controls, container }) {
  const radius = spec.radius;
  const place = { x: 0, y: 0 };
  let plot = null;
  group.classed("lb-handle", true).style("cursor", cursorFor(spec));
  const ring = group.append("circle").attr("class", "lb-handle-disc").attr("r", radius).node();
  const hit = group.append("circle").attr("class", "lb-hit").attr("r", Math.max(HIT_RADIUS, radius)).node();

  function positionAt(source, scale, pixel) {
    const stored = scale.invert(pixel);
    return controls.get(source.control).positionOf(source.log ? 10 ** stored : stored);
  }

  function dragged(event) {
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
