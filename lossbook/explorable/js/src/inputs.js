import { h, uniqueId } from "./dom.js";

const withUnit = (control, position) => control.text(position) + (control.unit ? ` ${control.unit}` : "");

function makeSlider(control, { move, store }) {
  const id = uniqueId();
  const input = h("input", {
    type: "range", id, class: "lb-range", min: 0, max: control.last, step: 1, autocomplete: "off",
  });
  const output = h("span", { class: "lb-value", "aria-hidden": "true" });
  const label = h("label", { class: "lb-control-label", for: id }, control.label);
  const button = control.button ? h("button", { type: "button", class: "lb-button" }, control.button) : null;
  if (button) {
    button.addEventListener("click", () => {
      move({ [control.name]: Math.min(control.last, Math.round(store.positions[control.name]) + 1) });
    });
  }
  input.addEventListener("input", () => move({ [control.name]: Number(input.value) }));

  function update(position) {
    const text = withUnit(control, position);
    input.value = Math.round(position);
    input.setAttribute("aria-valuetext", text);
    input.style.setProperty("--lb-part", position / control.last);
    output.textContent = text;
    if (button) button.disabled = position >= control.last;
  }
  const element = h("div", { class: "lb-control lb-slider" },
    h("div", { class: "lb-slider-main" }, h("div", { class: "lb-control-head" }, label, output), input));
  if (button) {
    element.classList.add("lb-stepper");
    element.append(button);
  }
  return { element, update };
}

function makeRadios(control, { move }) {
  const labelId = uniqueId();
  const group = uniqueId();
  const inputs = control.options.map((_, i) => {
    const attributes = { type: "radio", name: group, value: i, class: "lb-hidden", autocomplete: "off" };
    const input = h("input", attributes);
    input.addEventListener("change", () => move({ [control.name]: i }));
    return input;
  });
  const segments = inputs.map((input, i) => h("label", { class: "lb-segment" }, input,
    h("span", {}, control.options[i])));
  const element = h("div", { class: "lb-control", role: "radiogroup", "aria-labelledby": labelId },
    h("div", { class: "lb-control-label", id: labelId }, control.label),
    h("div", { class: "lb-segments" }, ...segments));
  return { element, update: (position) => { inputs[position].checked = true; } };
}

function makeSelect(control, { move }) {
  const id = uniqueId();
  const options = control.options.map((option, i) => h("option", { value: i }, option));
  const select = h("select", { id, class: "lb-select", autocomplete: "off" }, ...options);
  select.addEventListener("change", () => move({ [control.name]: select.selectedIndex }));
  const label = h("label", { class: "lb-control-label", for: id }, control.label);
  return {
    element: h("div", { class: "lb-control" }, label, select),
    update: (position) => { select.selectedIndex = position; },
  };
}

function makeToggle(control, { move }) {
  const input = h("input", { type: "checkbox", class: "lb-check", autocomplete: "off" });
  input.addEventListener("change", () => move({ [control.name]: Number(input.checked) }));
  const label = h("label", { class: "lb-toggle" }, input, h("span", {}, control.label));
  return {
    element: h("div", { class: "lb-control" }, label),
    update: (position) => { input.checked = position === 1; },
  };
}

const SEGMENTS = 4;

function makeInput(control, context) {
  if (control.kind === "slider") return makeSlider(control, context);
  if (control.kind === "toggle") return makeToggle(control, context);
  return control.options.length <= SEGMENTS ? makeRadios(control, context) : makeSelect(control, context);
}

export function makeInputs(context) {
  const inputs = new Map([...context.controls].map(([name, control]) => [name, makeInput(control, context)]));
  const element = h("div", { class: "lb-controls" }, ...[...inputs.values()].map((input) => input.element));
  function update(moved) {
    for (const name of moved) inputs.get(name).update(context.store.positions[name]);
  }
  return { element, update };
}

// The presets and, where there is anything to reset, the reset button.
export function makeButtons(presets, { glideTo, store, controls }) {
  const element = h("div", { class: "lb-buttons" });
  const add = (label, kind, state) => {
    const button = h("button", { type: "button", class: `lb-button ${kind}` }, label);
    button.addEventListener("click", () => glideTo({ ...store.defaults(), ...store.positionsOf(state) }));
    element.append(button);
  };
  for (const preset of presets) add(preset.label, "lb-preset", preset.state);
  if (controls.size > 0) add("Reset", "lb-reset", {});
  return element;
}
