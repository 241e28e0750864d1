import { h } from "./dom.js";
import { formatNumber } from "./number.js";
import { makeScrubbable } from "./scrub.js";

function controlField(part, { store, controls }) {
  const control = controls.get(part.control);
  return {
    names: new Set([part.control]),
    read: () => control.text(store.positions[part.control], part),
  };
}

function functionField(part, { evaluator }) {
  return {
    names: new Set(evaluator.controlsOf(part.function)),
    read: () => evaluator.text(part.function) ?? formatNumber(evaluator.values(part.function)[0], part),
  };
}

// What a field prints now, and the controls on which that depends.
export function fieldOf(part, context) {
  return "control" in part ? controlField(part, context) : functionField(part, context);
}

function makeField(part, context) {
  const field = fieldOf(part, context);
  const node = h("span", { class: "lb-field" });
  const control = context.controls.get(part.control);
  if (control?.kind === "slider") makeScrubbable(node, control, context);
  const update = () => {
    const text = field.read();
    if (node.textContent !== text) node.textContent = text;
  };
  return { node, update, names: field.names };
}

// Text with live numbers: the nodes to show, and update(moved) for the fields among them.
export function renderParts(parts, context) {
  const fields = [];
  const nodes = parts.map((part) => {
    if (typeof part === "string") return document.createTextNode(part);
    if ("i" in part) return h("i", {}, part.i);
    if ("code" in part) return h("code", {}, part.code);
    const field = makeField(part, context);
    fields.push(field);
    return field.node;
  });
  function update(moved) {
    for (const field of fields) {
      if ([...field.names].some((name) => moved.has(name))) field.update();
    }
  }
  fields.forEach((field) => field.update());
  return { nodes, update };
}
