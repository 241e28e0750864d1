// Runs the cells of a page, and checks exercises that are code. The page's own script loads this at the first click.
import { element } from "./element.js";
import { makeOutputs } from "./outputs.js";
import { makeSession } from "./session.js";

const book = window.lossbook;
const { cells, page, load, button, codeField } = book;
const scripts = {
  demos: () => load(page.demos).then(() => window.lossbookExplorable),
  markdown: () => load(page.markdown).then(() => window.lossbookMarkdown),
  editor: () => load(page.editor).then(() => window.lossbookEditor),
};
const STOPPED = "Stopped. What the cells had made is gone; run again what you need.";

const busy = new Set();
const session = makeSession(page.root, (there, whole) => busy.forEach((cell) => showLoading(cell, there, whole)));

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

// Told once in words; how far it is, by the bar alone.
function showLoading(cell, there, whole) {
  if (there >= whole) {
    endLoading(cell);
  } else {
    if (!cell.progress) {
      cell.progress = element("progress", { ariaLabel: "Loading" });
      cell.status.before(cell.progress);
      cell.status.textContent = `Loading ${session.isReady() ? "what this needs" : "Python"}, ${megabytes(whole)} MB.`;
    }
    Object.assign(cell.progress, { value: there, max: whole });
  }
}

function endLoading(cell) {
  cell.progress?.remove();
  cell.progress = null;
}

function setBusy(cell, isBusy) {
  busy[isBusy ? "add" : "delete"](cell);
  for (const each of [cell.go, cell.reset]) if (each) each.ariaDisabled = String(isBusy);
  cell.place.toggleAttribute("data-busy", isBusy);
  if (isBusy) {
    cell.stop ??= button("Stop", session.stop);
    cell.go.after(cell.stop);
    cell.status.textContent = session.isReady() ? "Running." : "Starting Python.";
  } else {
    if (document.activeElement === cell.stop) cell.go.focus();
    cell.stop.remove();
    endLoading(cell);
  }
}

const above = (cell) => cells.filter((other) => other.kind === "runs" && other.index < cell.index);

/** Send the code of a cell; what it puts out goes to `put`. Returns what it came to, or nothing if it was stopped. */
async function ask(cell, method, given, put) {
  if (busy.has(cell)) return null;
  setBusy(cell, true);
  const began = performance.now();
  let ran = 0;
  try {
    const answer = await session.ask(method, given, {
      code: cell.code,
      above: above(cell).map((other) => [other.number, other.code]),
      packs: cell.packs,
      hear({ is, places, place, output }) {
        if (is === "needs") {
          ran = places.length;
          cell.status.textContent = `Running ${plural(ran, "cell")} above first.`;
        } else if (place === null) {
          put(output);
        } else {
          fromAbove(cells.find((other) => other.number === place), output, put);
        }
      },
    });
    book.python.memory = answer.memory;
    const first = ran ? `Ran ${plural(ran, "cell")} above first. ` : "";
    return { ...answer, first, seconds: (performance.now() - began) / 1000 };
  } catch (error) {
    if (error.message) throw error;
    cell.status.textContent = STOPPED;
    return null;
  } finally {
    setBusy(cell, false);
  }
}

// A cell above shows what it puts out if the reader has changed it; what went wrong in it is shown where it was needed.
function fromAbove(other, output, put) {
  if (output.output_type === "error") {
    other.place.id ||= `cell-${other.number}`;
    const link = `<a href="#${other.place.id}">A cell above</a>`;
    put({ output_type: "display_data", data: { "text/html": `${link}, which this one needs, stopped:` } });
    put(output);
  } else if (other.code !== other.stored) {
    (other.outputs ?? startOutputs(other)).add(output);
  }
}

/** Make a new place for a cell's outputs, instead of those that it shows. */
function startOutputs(cell) {
  const made = makeOutputs(scripts);
  const before = cell.outputs?.place ?? cell.place.querySelector(".cell_output");
  cell.storedOutput ??= before ?? element("div", { hidden: true });
  if (before) before.replaceWith(made.place);
  else cell.place.append(made.place);
  cell.outputs = made;
  return made;
}

async function run(cell) {
  let outputs = null;
  let error = "";
  const puts = [];
  const put = (output) => {
    outputs ??= startOutputs(cell);
    if (output.output_type === "error") error = [output.ename, output.evalue].filter(Boolean).join(": ");
    puts.push(outputs.add(output));
  };
  if (busy.has(cell)) return false;
  const answer = await ask(cell, "run", [cell.code, String(cell.number)], put).finally(() => offerMore(cell));
  if (!answer) return false;
  if (!outputs) startOutputs(cell);
  await Promise.all(puts);
  cell.status.textContent = error ? `Stopped by ${error}`
    : `${answer.first}Ran in ${answer.seconds.toFixed(answer.seconds < 10 ? 1 : 0)} s.`;
  return !error;
}

function offerMore(cell) {
  if (cell.more) return;
  cell.reset = button("Reset", () => reset(cell));
  cell.more = [cell.reset];
  if (above(cell).length > 0) {
    cell.more.push(button("Run all above", () => runAbove(cell).catch((error) => cell.fail(error))));
  }
  cell.status.before(...cell.more);
}

async function runAbove(cell) {
  const all = above(cell);
  for (const [i, other] of all.entries()) {
    cell.status.textContent = `Running cell ${i + 1} of ${all.length} above.`;
    if (!await run(other)) {
      other.place.scrollIntoView({ block: "center" });
      other.go.focus();
      cell.status.textContent = `Cell ${i + 1} of ${all.length} above has stopped.`;
      return;
    }
  }
  cell.status.textContent = "All cells above were run.";
}

function reset(cell) {
  if (cell.field) {
    cell.field.element.remove();
    cell.field = null;
    cell.block.hidden = false;
    cell.edit.hidden = false;
  }
  if (cell.storedOutput) {
    cell.outputs.place.replaceWith(cell.storedOutput);
    [cell.outputs, cell.storedOutput] = [null, null];
  }
  cell.more.forEach((each) => each.remove());
  [cell.more, cell.reset] = [null, null];
  cell.status.textContent = "";
  cell.go.focus();
}

/** Put an editor in place of the code of a cell. */
async function edit(cell) {
  if (cell.field) return;
  const title = `Code of cell ${cell.number}`;
  const { code } = cell;
  cell.field = codeField(cell, title);
  cell.field.code = code;
  cell.changed = () => {};
  cell.block = cell.place.querySelector('.cell_input [class*="highlight-"]');
  cell.block.hidden = true;
  cell.block.after(cell.field.element);
  cell.edit.hidden = true;
  offerMore(cell);
  cell.field.focus();
  await upgrade(cell, title);
}

/** Replace the plain field of a cell, once what it takes is here; what was typed until then, and the cursor, stay. */
async function upgrade(cell, title) {
  const { makeEditor } = await scripts.editor();
  const plain = cell.field?.element;
  if (!(plain instanceof HTMLTextAreaElement)) return;
  const hadFocus = document.activeElement === plain;
  cell.field = makeEditor({
    code: plain.value,
    selection: { anchor: plain.selectionStart, head: plain.selectionEnd },
    attributes: { "aria-label": title, "aria-description": "Escape leaves the editor." },
    onChange: () => cell.changed(),
    onKey: (event) => leaves(cell, event) || book.onKey(cell, event),
  });
  plain.replaceWith(cell.field.element);
  if (hadFocus) cell.field.focus();
}

// In the editor the Tab key indents, so another key has to lead out of it.
function leaves(cell, event) {
  if (event.key !== "Escape") return false;
  cell.go.focus();
  return true;
}

/** Check the answer to an exercise, and return the status; nothing if it was stopped. */
async function check(cell) {
  const outputs = makeOutputs(scripts);
  const puts = [];
  const given = [page.name, cell.name, cell.code];
  const answer = await ask(cell, "check", given, (output) => puts.push(outputs.add(output)));
  if (!answer) return null;
  await Promise.all(puts);
  // Formulas are rare in what the checks say.
  if (outputs.place.textContent.includes("$")) (await scripts.markdown()).typeset(outputs.place);
  cell.said.replaceChildren(outputs.place);
  cell.status.textContent = "";
  return answer.gave;
}

book.python = { run, edit, upgrade, check };
