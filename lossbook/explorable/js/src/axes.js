import { format } from "d3-format";
import { scaleLinear, scaleLog } from "d3-scale";

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

const superscript = (integer) =>
  (integer < 0 ? "⁻" : "") + [...String(Math.abs(integer))].map((digit) => SUPERSCRIPTS[digit]).join("");

const plain = format(",");

// From 0.001 to 10,000 a number reads more easily than a power of ten; beyond, it is the other way around.
export function logTickText(value) {
  if (value >= 0.001 * (1 - 1e-9) && value <= 10000 * (1 + 1e-9)) return plain(value);
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  const factor = Number((value / 10 ** exponent).toPrecision(3));
  return `${factor === 1 ? "" : `${factor}×`}10${superscript(exponent)}`;
}

// Every axis is linear in what is stored: for a log axis that is the logarithm.
export const makeScale = (axis, range) => scaleLinear(axis.limits, range);

function logTicks({ limits }, count) {
  const scale = scaleLog(limits.map((limit) => 10 ** limit), [0, 1]);
  const text = scale.tickFormat(count, logTickText);
  return scale.ticks(count).map((value) => [Math.log10(value), text(value)]).filter((tick) => tick[1] !== "");
}

function linearTicks({ limits }, count) {
  const scale = scaleLinear(limits, [0, 1]);
  const text = scale.tickFormat(count);
  return scale.ticks(count).map((value) => [value, text(value)]);
}

// A list of [stored position, text].
export function makeTicks(axis, fallbackCount) {
  if (Array.isArray(axis.ticks)) return axis.ticks;
  const count = axis.ticks ?? fallbackCount;
  return axis.log ? logTicks(axis, count) : linearTicks(axis, count);
}

// Blanks the texts that would run into the one before; the grid lines stay.
export function thinTicks(ticks, scale, widthOf) {
  const gap = 6;
  let end = -Infinity;
  return ticks.map(([position, text]) => {
    const half = widthOf(text) / 2;
    const center = scale(position);
    if (center - half < end + gap) return [position, ""];
    end = center + half;
    return [position, text];
  });
}
