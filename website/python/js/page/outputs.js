// Shows outputs as the pages show stored ones: with the same markup, so that the same styles hold for both.
import DOMPurify from "dompurify";
import { element } from "./element.js";

// The page's policy keeps scripts out; this, whatever leads away from the page or changes all of it.
const clean = (html) => DOMPurify.sanitize(html, { FORBID_TAGS: ["form"] });

const PICTURES = ["image/png", "image/jpeg"];
const DEMO = "application/vnd.lossbook.explorable+json";

/** Make a place for the outputs of a cell: `add` takes one in the form in which notebooks store them. */
export function makeOutputs(scripts) {
  const place = element("div", { className: "cell_output docutils container" });
  let stream = null;

  function text(kind, content) {
    const pre = element("pre", {}, content);
    place.append(element("div", { className: `output ${kind} highlight-myst-ansi notranslate` },
      element("div", { className: "highlight" }, pre)));
    return pre;
  }

  async function add(output) {
    if (output.output_type === "stream") {
      if (stream?.name !== output.name) {
        stream = { name: output.name, pre: text(output.name === "stderr" ? "stderr" : "stream", "") };
      }
      stream.pre.append(output.text);
      return;
    }
    stream = null;
    if (output.output_type === "error") text("traceback", output.traceback.join("\n"));
    else await show(output.data, output.metadata ?? {});
  }

  async function show(data, metadata) {
    const picture = PICTURES.find((kind) => kind in data);
    if (DEMO in data) {
      const box = element("div", { className: "output text_html" });
      place.append(box);
      const demos = await scripts.demos();
      demos.add(box, data[DEMO]);
    } else if (data["text/html"]) {
      place.append(element("div", { className: "output text_html", innerHTML: clean(data["text/html"]) }));
    } else if (data["image/svg+xml"]) {
      place.append(image(`data:image/svg+xml,${encodeURIComponent(data["image/svg+xml"])}`, data, {}));
    } else if (picture) {
      place.append(image(`data:${picture};base64,${data[picture]}`, data, metadata[picture] ?? {}));
    } else if (data["text/markdown"] || data["text/latex"]) {
      const box = element("div", { className: "output text_markdown" });
      place.append(box);
      const { toHtml } = await scripts.markdown();
      box.innerHTML = clean(toHtml(data["text/markdown"] ?? data["text/latex"]));
    } else {
      text("text_plain", data["text/plain"]);
    }
  }

  return { place, add };
}

function image(src, data, { alt, width }) {
  const made = element("img", { className: "dark-light", src, alt: alt ?? data["text/plain"] ?? "" });
  if (width) made.width = width;
  return made;
}
