const MINUS = "\u2212";

const groupThousands = (digits) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

// Math.round takes halves up, Python takes them to the even digit; so Python stores no printed number on a half.
export function formatNumber(value, { decimals, sign, comma, percent }) {
  const scale = 10 ** decimals;
  const rounded = Math.round((percent ? value * 100 : value) * scale);
  const [whole, fraction] = Math.abs(rounded / scale).toFixed(decimals).split(".");
  const digits = (comma ? groupThousands(whole) : whole) + (fraction ? `.${fraction}` : "");
  const mark = rounded < 0 ? MINUS : sign ? "+" : "";
  return mark + digits + (percent ? "\u00a0%" : "");
}
