// Creates one element. Attributes that are false or null are left out; children are nodes or plain text.
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

let count = 0;

// In JupyterLab each widget loads its own copy of this module, so a counter alone would repeat itself.
const prefix = `lb-${Math.random().toString(36).slice(2, 8)}`;

export function uniqueId() {
  count += 1;
  return `${prefix}-${count}`;
}
