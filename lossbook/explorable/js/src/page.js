// Makes the figures of a web page live, and keeps the state of the one last touched in the page's address.
import { makeControls } from "./control.js";
import { bytesFromBase64 } from "./decode.js";
import { h } from "./dom.js";
import { DemoError, explain } from "./errors.js";
import { mount } from "./explorable.js";
import { parseFragment, printFragment } from "./fragment.js";

const PAUSE = 250;
const MARGIN = "800px";
const LATER = 4000;

const defaultsOf = ({ controls }) =>
  Object.fromEntries(controls.map((control) => [control.name, control.default]));

function replaceFragment(fragment) {
  try {
    history.replaceState(history.state, "", fragment || location.pathname + location.search);
  } catch {
    // A page in a sandbox may not change its address; the demo works without.
  }
}

function makeRecorder(spec) {
  const controls = makeControls(spec.controls);
  let timer = 0;
  function record(state) {
    const fragment = printFragment(spec.name, controls, state);
    const ours = parseFragment(location.hash)?.name === spec.name;
    if (fragment || ours) replaceFragment(fragment);
  }
  return (state) => {
    clearTimeout(timer);
    timer = setTimeout(record, PAUSE, state);
  };
}

function readData(figure) {
  try {
    return JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
  } catch {
    throw new DemoError("its data are missing");
  }
}

async function hydrate(figure, values) {
  const stage = figure.querySelector(".explorable-stage");
  try {
    const { spec, frames } = readData(figure);
    const options = { state: values ?? {}, onChange: makeRecorder(spec) };
    const demo = await mount(stage, spec, bytesFromBase64(frames), options);
    stage.style.minHeight = "0";
    figure.dataset.ready = "";
    return { ...demo, defaults: defaultsOf(spec) };
  } catch (error) {
    explain(stage, error);
    return null;
  }
}

// Each figure is made live once, when it comes near the window or is asked for.
function makeFigure(figure) {
  let started = null;
  return {
    id: figure.id,
    element: figure,
    start: (values) => { started ??= hydrate(figure, values); return started; },
    isStarted: () => started !== null,
  };
}

async function follow(figures) {
  const wanted = parseFragment(location.hash);
  const figure = wanted && figures.find(({ id }) => id === `demo-${wanted.name}`);
  if (!figure) return;
  const fresh = !figure.isStarted();
  const demo = await figure.start(wanted.values);
  if (demo && wanted.values && !fresh) demo.set({ ...demo.defaults, ...wanted.values });
  figure.element.scrollIntoView({ block: "start" });
}

const whenIdle = (callback) => (window.requestIdleCallback ?? setTimeout)(callback);

// Starts what is left, one figure after another while the reader reads, so that all are there when the page is printed.
async function startRest(figures) {
  for (const figure of figures) {
    await new Promise(whenIdle);
    await figure.start();
  }
}

function startPage() {
  const elements = [...document.querySelectorAll(".explorable[data-explorable]")];
  if (elements.length === 0) return;
  const figures = elements.map(makeFigure);
  follow(figures);
  addEventListener("hashchange", () => follow(figures));
  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      figures.find(({ element }) => element === target).start();
    }
  }, { rootMargin: MARGIN });
  elements.forEach((element) => near.observe(element));
  const rest = () => setTimeout(startRest, LATER, figures);
  if (document.readyState === "complete") rest();
  else addEventListener("load", rest);
}

/** Add a figure to a page that is there already, from a declaration and its frames as a notebook stores them. */
export async function add(place, { spec, frames }) {
  const declared = JSON.parse(spec);
  const figure = h("figure", { class: "explorable" });
  place.append(figure);
  try {
    await mount(figure, declared, bytesFromBase64(frames), { state: {}, caption: true, onChange: () => {} });
    figure.dataset.ready = "";
  } catch (error) {
    explain(figure, error);
  }
}

// Only as the script of a page: a widget loads the same text as a module, and there is no current script in a module.
export function startIfPage() {
  if (typeof document === "undefined" || !document.currentScript) return;
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startPage);
  else startPage();
}
