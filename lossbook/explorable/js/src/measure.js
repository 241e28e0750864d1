// Widths of texts in the figure's font, from a canvas, which needs no layout of the page; kept, as labels repeat.
export function makeMeasure(size) {
  const canvas = document.createElement("canvas").getContext("2d");
  const widths = new Map();
  let font = "";

  function measure(text) {
    if (!widths.has(text)) widths.set(text, canvas.measureText(text).width);
    return widths.get(text);
  }

  // To be called where reading a style costs no extra layout: the font is known only once the element is in the page.
  measure.useFontOf = (element) => {
    const family = getComputedStyle(element).fontFamily || "sans-serif";
    if (family === font) return;
    font = family;
    canvas.font = `500 ${size}px ${family}`;
    widths.clear();
  };
  return measure;
}
