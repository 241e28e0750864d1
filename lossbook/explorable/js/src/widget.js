// The same demo as a widget (anywidget): every control is a trait of the model, by the control's name.
import { explain } from "./errors.js";
import { mount } from "./explorable.js";

const PAUSE = 50;

// JupyterLab takes arrow keys and Enter for itself unless the focused element opts out.
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
  let latest = null;
  let timer = 0;
  let sending = false;

  // Only what differs is sent, so that a change from Python is not answered with another.
  function send() {
    timer = 0;
    const changed = names.filter((name) => model.get(name) !== latest[name]);
    if (changed.length === 0) return;
    sending = true;
    changed.forEach((name) => model.set(name, latest[name]));
    sending = false;
    model.save_changes();
  }

  // At most one message in 50 ms, and none while a repaint is due: painting comes first.
  function sendSoon(state) {
    latest = state;
    timer ||= setTimeout(send, PAUSE);
  }

  // What this view itself sends is on its screen already, or was a moment ago.
  function follow(name) {
    if (!sending) demo?.set({ [name]: model.get(name) });
  }

  const listeners = names.map((name) => [`change:${name}`, () => follow(name)]);
  listeners.forEach(([event, listener]) => model.on(event, listener));
  mount(el, spec, model.get("frames"), { state: traits(), caption: true, onChange: sendSoon }).then((mounted) => {
    demo = mounted;
    keepKeys(el);
    if (ended) demo.destroy();
    else demo.set(traits());
  }).catch((error) => explain(el, error));

  return () => {
    ended = true;
    if (timer) {
      clearTimeout(timer);
      send();
    }
    listeners.forEach(([event, listener]) => model.off(event, listener));
    demo?.destroy();
  };
}
