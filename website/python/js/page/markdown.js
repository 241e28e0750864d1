// Markdown with mathematics between dollar signs, for the rare outputs that are Markdown.
import { marked } from "marked";
import temml from "temml/dist/temml.mjs";

const FORMULA = /^\$([^$\n]+)\$(?!\d)/;
const FORMULAS = /\$([^$\n]+)\$(?!\d)/g;

const formula = (latex, displayMode) => temml.renderToString(latex, { displayMode, throwOnError: false });

const mathematics = {
  extensions: [
    {
      name: "display",
      level: "inline",
      start: (text) => text.indexOf("$$"),
      tokenizer(text) {
        const found = /^\$\$([^$]+)\$\$/.exec(text);
        return found ? { type: "display", raw: found[0], latex: found[1] } : undefined;
      },
      renderer: ({ latex }) => `<div class="equation">${formula(latex, true)}</div>`,
    },
    {
      name: "inline",
      level: "inline",
      start: (text) => text.indexOf("$"),
      tokenizer(text) {
        const found = FORMULA.exec(text);
        return found ? { type: "inline", raw: found[0], latex: found[1] } : undefined;
      },
      renderer: ({ latex }) => formula(latex, false),
    },
  ],
};

marked.use(mathematics);

export const toHtml = (text) => marked.parse(text);

/** Typeset the formulas between dollar signs in an element, outside of its code. */
export function typeset(box) {
  const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const { currentNode: node } = texts;
    if (node.data.search(FORMULAS) >= 0 && !node.parentElement.closest("code, pre")) found.push(node);
  }
  for (const node of found) {
    const made = document.createElement("span");
    made.textContent = node.data;
    made.innerHTML = made.innerHTML.replace(FORMULAS, (_, latex) => formula(plain(latex), false));
    node.replaceWith(...made.childNodes);
  }
}

function plain(html) {
  const read = document.createElement("span");
  read.innerHTML = html;
  return read.textContent;
}
