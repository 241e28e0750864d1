import { axisBottom, axisLeft } from "d3-axis";
import { select } from "d3-selection";
import { makeScale, makeTicks, thinTicks } from "./axes.js";
import { h, uniqueId } from "./dom.js";
import { arrange, besideLabel, endLabel } from "./labels.js";
import { makeMark } from "./marks.js";

const atLineEnd = (spec) => ["line", "area"].includes(spec.kind) && typeof spec.label_at !== "number";

// How far a label beside a mark keeps from its anchor.
function labelDistance(spec) {
  if (spec.kind === "handle") return spec.radius + 1;
  return spec.kind === "points" ? spec.radius + 1 : 4;
}

// Zero gets a darker line on an axis of numbers; on one of named places it is only the first of them.
const hasZeroLine = (axis) => !axis.log && !Array.isArray(axis.ticks);

function accessibleName({ title, description, x, y }) {
  const parts = new Set([title, description].filter(Boolean));
  return [...parts].join(": ") || `${y.label} over ${x.label}`;
}

export function makePanel(spec, context) {
  const { measure } = context;
  const svg = select(document.createElementNS("http://www.w3.org/2000/svg", "svg"))
    .attr("class", "lb-svg").attr("role", "img").attr("aria-label", accessibleName(spec));
  const underlay = h("div", { class: "lb-underlay" });
  const plotElement = h("div", { class: "lb-plot" }, underlay, svg.node());
  plotElement.style.height = `${spec.height}px`;
  const element = h("div", { class: "lb-panel" });
  if (spec.title) element.append(h("div", { class: "lb-panel-title" }, spec.title));
  element.append(plotElement);

  const root = svg.append("g");
  const axisX = root.append("g").attr("class", "lb-axis");
  const axisY = root.append("g").attr("class", "lb-axis");
  svg.append("text").attr("class", "lb-axis-label").attr("y", 12).text(spec.y.label);
  const xLabel = svg.append("text").attr("class", "lb-axis-label").attr("text-anchor", "end")
    .text(spec.x.label);
  const clipRect = root.append("clipPath").attr("id", uniqueId()).append("rect");
  const clipUrl = `url(#${clipRect.node().parentNode.id})`;
  const layer = root.append("g");
  const labelLayer = root.append("g").attr("class", "lb-labels");

  const axes = { x: spec.x, y: spec.y };
  const onField = spec.marks.some((mark) => mark.kind === "heatmap");
  element.classList.toggle("lb-on-field", onField);
  const marks = spec.marks.map((markSpec) => {
    const group = layer.append("g").attr("class", `lb-mark lb-${markSpec.color}`)
      .classed("lb-after-guess", markSpec.after_guess);
    if (markSpec.kind !== "handle") group.attr("clip-path", clipUrl);
    return makeMark(group, markSpec, axes, { ...context, onField, underlay, container: layer.node() });
  });

  const labels = marks.filter((mark) => mark.spec.label).map((mark) => ({
    mark,
    text: mark.spec.label,
    node: labelLayer.append("text").attr("class", `lb-label lb-${mark.spec.color}`)
      .attr("dy", "0.35em").classed("lb-after-guess", mark.spec.after_guess)
      .classed("lb-invitation", mark.spec.invites === true)
      .text(mark.spec.label).node(),
  }));

  let plot = null;

  function margins(width, ticksY) {
    const ends = labels.filter(({ mark }) => atLineEnd(mark.spec));
    const labelWidths = ends.map(({ text }) => measure(text) + 10);
    return {
      top: spec.y.label ? 26 : 10,
      left: Math.ceil(Math.max(12, ...ticksY.map((tick) => measure(tick[1]) + 8))),
      bottom: spec.x.label ? 42 : 24,
      right: Math.ceil(Math.min(Math.max(14, ...labelWidths), 0.4 * width)),
    };
  }

  function drawAxes(ticksY) {
    const { x, y, width, height } = plot;
    const ticksX = thinTicks(makeTicks(spec.x, Math.max(2, width / 80)), x, measure);
    const draw = (group, axis, ticks, length, hasZero) => {
      axis.tickValues(ticks.map((tick) => tick[0])).tickFormat((_, i) => ticks[i][1]);
      group.call(axis.tickSizeOuter(0).tickSizeInner(-length).tickPadding(6));
      group.select(".domain").remove();
      group.selectAll(".tick").classed("lb-zero", (value) => hasZero && value === 0);
      // d3-axis sets a font of its own; the stylesheet's holds here.
      group.attr("font-size", null).attr("font-family", null);
    };
    draw(axisX.attr("transform", `translate(0,${height})`), axisBottom(x), ticksX, height,
      hasZeroLine(spec.x));
    draw(axisY, axisLeft(y), ticksY, width, hasZeroLine(spec.y));
  }

  function resize(totalWidth) {
    const ticksY = makeTicks(spec.y, Math.max(2, spec.height / 55));
    const margin = margins(totalWidth, ticksY);
    const width = Math.max(40, totalWidth - margin.left - margin.right);
    const height = spec.height - margin.top - margin.bottom;
    plot = {
      ...margin, width, height,
      x: makeScale(spec.x, [0, width]),
      y: makeScale(spec.y, [height, 0]),
    };
    svg.attr("width", totalWidth).attr("height", spec.height);
    root.attr("transform", `translate(${margin.left},${margin.top})`);
    clipRect.attr("x", -1).attr("y", -1).attr("width", width + 2).attr("height", height + 2);
    xLabel.attr("x", margin.left + width).attr("y", spec.height - 6);
    drawAxes(ticksY);
    marks.forEach((mark) => mark.draw(plot));
    drawLabels();
  }

  function placeLabel({ mark, text }) {
    const point = mark.anchor(plot);
    if (!point) return null;
    if (atLineEnd(mark.spec)) return endLabel(point, measure(text));
    const distance = labelDistance(mark.spec);
    return besideLabel(point, measure(text), mark.spec.label_below, distance, plot.height);
  }

  function drawLabels() {
    const places = labels.map(placeLabel);
    arrange(places.filter(Boolean), plot);
    labels.forEach(({ node }, i) => {
      const place = places[i];
      node.style.visibility = place ? "" : "hidden";
      if (!place) return;
      node.setAttribute("x", place.x.toFixed(1));
      node.setAttribute("y", place.y.toFixed(1));
      node.setAttribute("text-anchor", place.anchor);
    });
  }

  function draw(moved) {
    if (!plot) return;
    const changed = marks.filter((mark) => mark.dependsOn(moved));
    changed.forEach((mark) => mark.draw(plot));
    if (changed.some((mark) => mark.spec.label)) drawLabels();
  }

  return { element, plotElement, resize, draw };
}
