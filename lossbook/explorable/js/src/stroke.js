// A stroked path. No color stands out everywhere on a heat map: there it gets an edge in the background's color.
export function makeStroke(group, { width, dash = false, onField }) {
  const add = (name, extra) => group.append("path").attr("class", name).style("stroke-width", width + extra)
    .classed("lb-dash", dash).node();
  const paths = onField ? [add("lb-casing", 2), add("lb-stroke", 0)] : [add("lb-stroke", 0)];
  return (d) => paths.forEach((path) => path.setAttribute("d", d));
}
