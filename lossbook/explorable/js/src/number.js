const MINUS = "\u2212";

const groupThousands = (digits) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

// Rounds with Math.round, as the Python side does, so that both print the same digits.
export function formatNumber(value, { decimals = 0, sign = false, comma = false, percent = false }) {
  const scale = 10 ** decimals;
  const rounded = Math.round((percent ? value * 100 : value) * scale);
  const [whole, fraction] = Math.abs(rounded / scale).toFixed(decimals).split(".");
  const digits = (comma ? groupThousands(whole) : whole) + (fraction ? `.${fraction}` : "");
  const mark = rounded < 0 ? MINUS : sign ? "+" : "";
  return mark + digits + (percent ? "\u00a0%" : "");
}
