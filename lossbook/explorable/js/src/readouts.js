import { h } from "./dom.js";
import { renderParts } from "./parts.js";

const SILENCE = 700;

export function makeReadouts(specs, context) {
  const rows = specs.map((spec) => {
    const { nodes, update } = renderParts(spec.parts, context);
    const element = h("div", { class: `lb-readout lb-${spec.color ?? "ink"}` }, ...nodes);
    element.classList.toggle("lb-after-guess", spec.after_guess);
    return { element, update, hidden: () => spec.after_guess && context.guessing() };
  });
  // Spoken once the reader pauses, not on every movement of a slider.
  const live = h("div", { class: "lb-hidden", "aria-live": "polite" });
  let timer = 0;

  function speak() {
    const shown = rows.filter((row) => !row.hidden());
    live.textContent = shown.map((row) => row.element.textContent).join(". ");
  }
  function announce() {
    clearTimeout(timer);
    timer = setTimeout(speak, SILENCE);
  }
  return {
    element: h("div", { class: "lb-readouts" }, ...rows.map((row) => row.element)),
    live,
    update: (moved) => rows.forEach((row) => row.update(moved)),
    announce,
    stop: () => clearTimeout(timer),
  };
}
