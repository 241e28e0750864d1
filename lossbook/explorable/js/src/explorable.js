// Mounts one demo: builds its parts, and brings what depends on a moved control up to date once per repaint.
import { makeControls } from "./control.js";
import { decodeFunction, inflate } from "./decode.js";
import { h, uniqueId } from "./dom.js";
import { DemoError } from "./errors.js";
import { makeGlide } from "./glide.js";
import { makeGuess } from "./guess.js";
import { makeButtons, makeInputs } from "./inputs.js";
import { makeEvaluator } from "./interpolate.js";
import { makeMeasure } from "./measure.js";
import { makePanel } from "./panel.js";
import { renderParts } from "./parts.js";
import { makeReadouts } from "./readouts.js";
import { makeStore } from "./store.js";

const FORMAT = 1;
const FONT_SIZE = 12;

// Options: `state` (values to begin with), `caption` (whether to show that of the spec), and `onChange(state)`,
// which is called at most once per repaint, after the reader moved something; what `set` moves is not reported.
export async function mount(element, spec, frames, options) {
  if (spec.format !== FORMAT) throw new DemoError(`it has format ${spec.format}, not ${FORMAT}`);
  const bytes = await inflate(frames);
  return start(element, spec, bytes, options);
}

export function prepareEvaluator(spec, bytes, controls, store) {
  const countOf = (name) => controls.get(name).count;
  const integers = spec.functions.map((f) => decodeFunction(bytes, f, f.controls.map(countOf)));
  return makeEvaluator(spec.functions, integers, countOf, store.coordinate);
}

// The value of a slider as a coordinate, for handles that are bound to it.
function makeControlSource(controls, store) {
  return (name, log) => {
    const out = new Float64Array(1);
    const values = () => {
      const value = controls.get(name).valueAt(store.positions[name]);
      out[0] = log ? Math.log10(value) : value;
      return out;
    };
    return { names: new Set([name]), shape: [], values, control: name, log };
  };
}

function start(element, spec, bytes, options) {
  const controls = makeControls(spec.controls);
  const store = makeStore(controls);
  store.apply(store.positionsOf(options.state));
  const glide = makeGlide(controls, store, schedule);
  const measure = makeMeasure(FONT_SIZE);
  let request = 0;
  let touched = false;
  let guessing = spec.guess !== null;

  const context = {
    controls, store, measure, move, glideTo,
    evaluator: prepareEvaluator(spec, bytes, controls, store),
    controlSource: makeControlSource(controls, store),
    guessing: () => guessing,
  };

  const titleId = uniqueId();
  const root = h("div", { class: "lb-demo", role: "group", "aria-labelledby": titleId },
    h("div", { class: "lb-title", id: titleId }, spec.title));
  if (!element.closest(".explorable")) root.classList.add("explorable");
  const panels = spec.panels.map((panel) => makePanel(panel, context));
  const inputs = makeInputs(context);
  const readouts = makeReadouts(spec.readouts, context);
  const texts = [];

  function build() {
    if (guessing) {
      root.classList.add("lb-guessing");
      const guess = makeGuess(spec.guess, context, reveal);
      texts.push(guess);
      root.append(guess.element);
    }
    root.append(h("div", { class: "lb-panels" }, ...panels.map((panel) => panel.element)));
    root.append(inputs.element, makeButtons(spec.presets, context), readouts.element, readouts.live);
    if (options.caption) {
      const caption = renderParts(spec.caption, context);
      texts.push(caption);
      root.append(h("div", { class: "lb-caption" }, ...caption.nodes));
    }
  }

  function reveal() {
    guessing = false;
    root.classList.remove("lb-guessing");
  }

  function schedule() {
    if (!request) request = requestAnimationFrame(repaint);
  }

  function repaint(now) {
    request = 0;
    glide.step(now);
    update();
    if (!touched) return;
    touched = false;
    readouts.announce();
    options.onChange(store.values());
  }

  function update() {
    const moved = store.takeMoved();
    if (moved.size === 0) return;
    context.evaluator.invalidate(moved);
    inputs.update(moved);
    panels.forEach((panel) => panel.draw(moved));
    readouts.update(moved);
    texts.forEach((text) => text.update(moved));
  }

  // A move of the reader: positions by name.
  function move(changes) {
    glide.stop();
    if (!store.apply(changes)) return;
    touched = true;
    schedule();
  }

  function glideTo(targets) {
    glide.stop();
    glide.start(targets, () => { touched = true; });
    schedule();
  }

  // A move from outside: values by name.
  function set(values) {
    const changes = store.positionsOf(values);
    if (Object.keys(changes).length === 0) return;
    glide.stop();
    if (store.apply(changes)) schedule();
  }

  const sizes = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      fit(panels.find((panel) => panel.plotElement === target), contentRect.width);
    }
  });

  // A demo in a closed tab has no width yet.
  function fit(panel, width) {
    if (width < 1 || panel.width === width) return;
    panel.width = width;
    measure.useFontOf(root);
    panel.resize(width);
  }

  build();
  update();
  element.append(root);
  for (const panel of panels) {
    fit(panel, panel.plotElement.clientWidth);
    sizes.observe(panel.plotElement);
  }

  function destroy() {
    cancelAnimationFrame(request);
    sizes.disconnect();
    readouts.stop();
    root.remove();
  }

  return { set, destroy };
}
