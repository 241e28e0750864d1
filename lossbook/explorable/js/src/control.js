// Every control has integer positions 0..last: the reachable values of a slider, the options of a choice,
// false and true of a toggle. Positions between integers occur only while a slider glides.
import { formatNumber } from "./number.js";

// A linear mix leaves digits such as 0.30000000000000004 that nobody asked for.
const tidy = (value) => Number(value.toPrecision(12));

function sliderValue({ nodes, between, log }, position) {
  const coordinate = position / between;
  const low = Math.max(0, Math.min(Math.floor(coordinate), nodes.length - 2));
  const fraction = coordinate - low;
  if (fraction === 0) return nodes[low];
  if (fraction === 1) return nodes[low + 1];
  const [a, b] = [nodes[low], nodes[low + 1]];
  return tidy(log ? a * (b / a) ** fraction : a + (b - a) * fraction);
}

function toNumber(value) {
  if (typeof value === "string" && value.trim() !== "") return Number(value);
  return typeof value === "number" ? value : NaN;
}

function sliderPosition({ nodes, between, log }, value) {
  const number = toNumber(value);
  if (Number.isNaN(number)) return null;
  if (number <= nodes[0]) return 0;
  if (number >= nodes[nodes.length - 1]) return (nodes.length - 1) * between;
  const high = nodes.findIndex((node) => node > number);
  const [a, b] = [nodes[high - 1], nodes[high]];
  const fraction = log ? Math.log(number / a) / Math.log(b / a) : (number - a) / (b - a);
  return Math.round((high - 1 + fraction) * between);
}

// The shortest text that leads back to the same position: the printed decimals where they suffice.
function sliderToken(control, position) {
  const value = control.valueAt(position);
  const printed = String(Number(value.toFixed(control.decimals)));
  if (control.positionOf(printed) === position) return printed;
  for (let digits = 1; digits < 17; digits += 1) {
    const token = String(Number(value.toPrecision(digits)));
    if (control.positionOf(token) === position) return token;
  }
  return String(value);
}

function makeSlider(spec) {
  const control = {
    ...spec,
    count: spec.nodes.length,
    last: (spec.nodes.length - 1) * spec.between,
    coordinate: (position) => position / spec.between,
    valueAt: (position) => sliderValue(spec, position),
    positionOf: (value) => sliderPosition(spec, value),
    token: (position) => sliderToken(control, position),
    text: (position, field = spec) => formatNumber(sliderValue(spec, position), field),
  };
  return control;
}

function makeChoice(spec) {
  const positionOf = (value) => {
    const index = spec.options.indexOf(value);
    return index < 0 ? null : index;
  };
  const valueAt = (position) => spec.options[position];
  return { ...spec, ...discrete(spec.options.length), valueAt, positionOf, token: valueAt, text: valueAt };
}

function makeToggle(spec) {
  const positionOf = (value) => {
    if (value === true || value === "true") return 1;
    return value === false || value === "false" ? 0 : null;
  };
  const token = (position) => String(position === 1);
  const text = (position) => (position === 1 ? "on" : "off");
  return { ...spec, ...discrete(2), valueAt: (position) => position === 1, positionOf, token, text };
}

const discrete = (count) => ({ count, last: count - 1, coordinate: (position) => position });

const MAKERS = { slider: makeSlider, choice: makeChoice, toggle: makeToggle };

export function makeControls(specs) {
  return new Map(specs.map((spec) => {
    const control = MAKERS[spec.kind](spec);
    control.start = control.positionOf(spec.default);
    return [spec.name, control];
  }));
}
