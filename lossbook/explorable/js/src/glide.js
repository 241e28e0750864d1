const DURATION = 400;

const ease = (t) => (t < 0.5 ? 4 * t ** 3 : 1 - 4 * (1 - t) ** 3);

// Moves sliders smoothly to a preset; choices and toggles switch at once.
export function makeGlide(controls, store, schedule) {
  let running = null;

  function start(targets, done) {
    const from = { ...store.positions };
    const isSlider = (name) => controls.get(name).kind === "slider";
    const names = Object.keys(targets).filter((name) => isSlider(name) && targets[name] !== from[name]);
    if (names.length === 0 || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      running = null;
      store.apply(targets);
      done();
      return;
    }
    store.apply({ ...targets, ...Object.fromEntries(names.map((name) => [name, from[name]])) });
    running = { names, from, targets, done, begin: null };
    schedule();
  }

  // Called at the beginning of each repaint; asks for the next one until the glide is over.
  function step(now) {
    if (!running) return;
    const { names, from, targets, done } = running;
    running.begin ??= now;
    const t = Math.min(1, (now - running.begin) / DURATION);
    const mix = (name) => (t === 1 ? targets[name] : from[name] + (targets[name] - from[name]) * ease(t));
    store.apply(Object.fromEntries(names.map((name) => [name, mix(name)])));
    if (t < 1) {
      schedule();
      return;
    }
    running = null;
    done();
  }

  // An interrupted glide leaves every slider on a reachable position.
  function stop() {
    if (!running) return;
    store.apply(Object.fromEntries(running.names.map((name) => [name, Math.round(store.positions[name])])));
    running = null;
  }

  return { start, step, stop };
}
