// Pixels of sideways movement for one position: about 240 for the whole slider, never coarser than 24.
const pixelsPerStep = (control) => Math.min(24, 240 / control.last);

// A number in a text that is dragged sideways. The keyboard and screen readers have the slider.
export function makeScrubbable(node, control, { store, move }) {
  let start = null;
  node.classList.add("lb-scrub");
  node.title = `drag sideways to change: ${control.label}`;
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    node.setPointerCapture(event.pointerId);
    start = { x: event.clientX, position: store.positions[control.name] };
  });
  node.addEventListener("pointermove", (event) => {
    if (!start) return;
    const position = Math.round(start.position + (event.clientX - start.x) / pixelsPerStep(control));
    move({ [control.name]: Math.max(0, Math.min(control.last, position)) });
  });
  const end = () => { start = null; };
  node.addEventListener("pointerup", end);
  node.addEventListener("pointercancel", end);
}
