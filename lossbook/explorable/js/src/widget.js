// The same demo as a widget (anywidget): every control is a trait of the model, by the control's name.
import { explain } from "./errors.js";
import { mount } from "./explorable.js";

// JupyterLab takes arrow keys and Enter for its own, unless the element with the focus itself says no.
function keepKeys(el) {
  for (const input of el.querySelectorAll("input, select, button")) {
    input.dataset.lmSuppressShortcuts = "true";
  }
}

export function render({ model, el }) {
  const spec = model.get("spec");
  const names = spec.controls.map((control) => control.name);
  const traits = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  let demo = null;
  let ended = false;

  // Only what differs is sent, so that a change from Python is not answered with another.
  function send(state) {
    const changed = names.filter((name) => model.get(name) !== state[name]);
    if (changed.length === 0) return;
    changed.forEach((name) => model.set(name, state[name]));
    model.save_changes();
  }

  const listeners = names.map((name) => [`change:${name}`, () => demo?.set({ [name]: model.get(name) })]);
  listeners.forEach(([event, listener]) => model.on(event, listener));
  mount(el, spec, model.get("frames"), { state: traits(), caption: true, onChange: send }).then((mounted) => {
    demo = mounted;
    keepKeys(el);
    if (ended) demo.destroy();
    else demo.set(traits());
  }).catch((error) => explain(el, error));

  return () => {
    ended = true;
    listeners.forEach(([event, listener]) => model.off(event, listener));
    demo?.destroy();
  };
}
