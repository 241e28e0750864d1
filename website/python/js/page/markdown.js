// Markdown with mathematics between dollar signs, for the rare outputs that are Markdown.
import { marked } from "marked";
import temml from "temml/dist/temml.mjs";

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
        const found = /^\$(?!\s)([^$\n]+?)(?<!\s)\$(?!\d)/.exec(text);
        return found ? { type: "inline", raw: found[0], latex: found[1] } : undefined;
      },
      renderer: ({ latex }) => formula(latex, false),
    },
  ],
};

marked.use(mathematics);

export const toHtml = (text) => marked.parse(text);
