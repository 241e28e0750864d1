// Runs the cells of a page, and checks exercises that are code. The page's own script loads this at the first click.
import { element } from "./element.js";
import { makeOutputs } from "./outputs.js";
import { makeSession } from "./session.js";

const book = window.lossbook;
const { cells, page, load } = book;
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
    cell.progress?.remove();
    cell.progress = null;
    return;
  }
  if (!cell.progress) {
    cell.progress = element("progress", { ariaLabel: "Loading" });
    cell.status.before(cell.progress);
    cell.status.textContent = session.isReady() ? `Loading what this needs, ${megabytes(whole)} MB.`
      : `Loading Python, ${megabytes(whole)} MB.`;
  }
  Object.assign(cell.progress, { value: there, max: whole });
}

function setBusy(cell, isBusy) {
  busy[isBusy ? "add" : "delete"](cell);
  cell.go.ariaDisabled = String(isBusy);
  cell.place.ariaBusy = String(isBusy);
  if (isBusy) {
    cell.stop ??= makeButton("Stop", stop);
    cell.go.after(cell.stop);
    cell.status.textContent = session.isReady() ? "Running." : "Starting Python.";
  } else {
    if (document.activeElement === cell.stop) cell.go.focus();
    cell.stop.remove();
    cell.progress?.remove();
    cell.progress = null;
  }
}

function makeButton(name, action) {
  const made = element("button", { type: "button", className: "cell-button" }, name);
  made.addEventListener("click", action);
  return made;
}

function stop() {
  session.stop();
}

const isUsed = (other, cell) => other.kind === "runs" && other.index < cell.index;
const above = (cell) => cells.filter((other) => isUsed(other, cell)).map((other) => [other.index, other.code]);

/** Send the code of a cell; what it puts out goes to `put`. Returns what it came to, or nothing if it was stopped. */
async function ask(cell, method, given, put) {
  if (busy.has(cell)) return null;
  setBusy(cell, true);
  const began = performance.now();
  let ran = 0;
  try {
    const answer = await session.ask(method, given, {
      code: cell.code,
      above: above(cell),
      packs: cell.packs,
      hear({ is, places, place, output }) {
        if (is === "needs") {
          ran = places.length;
          cell.status.textContent = `Running ${plural(ran, "cell")} above first.`;
        } else if (place === null) {
          put(output);
        } else {
          fromAbove(cells[place], output, put);
        }
      },
    });
    const first = ran ? `Ran ${plural(ran, "cell")} above first. ` : "";
    setBusy(cell, false);
    book.python.memory = answer.memory;
    return { ...answer, first, seconds: (performance.now() - began) / 1000 };
  } catch (error) {
    setBusy(cell, false);
    if (error.message) throw error;
    cell.status.textContent = STOPPED;
    return null;
  }
}

// A cell above shows what it puts out if the reader has changed it; what went wrong in it is shown where it was needed.
function fromAbove(other, output, put) {
  if (output.output_type === "error") {
    put({ output_type: "stream", name: "stderr", text: "A cell above that this one needs stopped:\n" });
    put(output);
  } else if (other.code !== other.stored) {
    outputsOf(other, true).add(output);
  }
}

/** Return the place for a cell's outputs, instead of those that are stored with it. */
function outputsOf(cell, isKept = false) {
  if (isKept && cell.outputs) return cell.outputs;
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
    outputs ??= outputsOf(cell);
    if (output.output_type === "error") error = [output.ename, output.evalue].filter(Boolean).join(": ");
    puts.push(outputs.add(output));
  };
  const answer = await ask(cell, "run", [cell.code, String(cell.index)], put);
  offerMore(cell);
  if (!answer) return false;
  if (!outputs) outputsOf(cell);
  await Promise.all(puts);
  cell.status.textContent = error ? `Stopped by ${error}`
    : `${answer.first}Ran in ${answer.seconds.toFixed(answer.seconds < 10 ? 1 : 0)} s.`;
  return !error;
}

function offerMore(cell) {
  if (cell.more) return;
  cell.more = [makeButton("Reset", () => reset(cell))];
  if (cells.some((other) => isUsed(other, cell))) {
    cell.more.push(makeButton("Run all above", () => runAbove(cell).catch((error) => cell.fail(error))));
  }
  cell.status.before(...cell.more);
}

async function runAbove(cell) {
  for (const other of cells.filter((each) => isUsed(each, cell))) {
    if (!await run(other)) return;
  }
  cell.status.textContent = "All cells above were run.";
}

function reset(cell) {
  if (busy.has(cell)) return;
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
  cell.more = null;
  cell.status.textContent = "";
  cell.go.focus();
}

/** Put an editor in place of the code of a cell. */
async function edit(cell) {
  const title = `Code of cell ${cells.filter((other) => other.kind === "runs").indexOf(cell) + 1}`;
  const field = element("textarea", {
    className: "cell-field", value: cell.code, rows: cell.code.split("\n").length, wrap: "off", spellcheck: false,
    ariaLabel: title,
  });
  cell.field = { element: field, get code() { return field.value; }, set code(text) { field.value = text; } };
  cell.act = () => run(cell).catch((error) => cell.fail(error));
  cell.changed = () => {};
  cell.block = cell.pre.closest('[class*="highlight-"]');
  cell.block.hidden = true;
  cell.block.after(field);
  cell.edit.hidden = true;
  field.addEventListener("keydown", (event) => onKey(cell, event));
  offerMore(cell);
  field.focus();
  await upgrade(cell, title);
}

// As in a notebook: Ctrl+Enter runs, Shift+Enter runs and goes on to the next cell.
function onKey(cell, event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey || event.shiftKey)) return false;
  event.preventDefault();
  event.stopPropagation();
  cell.act();
  if (event.shiftKey) {
    const next = cells.slice(cell.index + 1).find((other) => other.go);
    (next?.field?.focus ? next.field : next?.field?.element ?? next?.go ?? cell.go).focus();
  }
  return true;
}

/** Replace the plain field of a cell, once what it takes is here; what was typed until then, and the cursor, stay. */
async function upgrade(cell, title) {
  const { makeEditor } = await scripts.editor();
  const plain = cell.field?.element;
  if (!(plain instanceof HTMLTextAreaElement)) return;
  const hadFocus = document.activeElement === plain;
  const editor = makeEditor({
    code: plain.value,
    selection: { anchor: plain.selectionStart, head: plain.selectionEnd },
    attributes: { "aria-label": title, "aria-description": "Escape, then Tab, leaves the editor." },
    onChange: cell.changed,
    onKey: (event) => onKey(cell, event),
  });
  cell.field = editor;
  plain.replaceWith(editor.element);
  if (hadFocus) editor.focus();
}

/** Check the answer to an exercise, and return the status; nothing if it was stopped. */
async function check(cell) {
  const outputs = makeOutputs(scripts);
  const puts = [];
  const { name } = cell;
  const answer = await ask(cell, "check", [page.name, name, cell.code], (output) => puts.push(outputs.add(output)));
  if (!answer) return null;
  await Promise.all(puts);
  // Formulas are rare in what the checks say.
  if (outputs.place.textContent.includes("$")) (await scripts.markdown()).typeset(outputs.place);
  cell.said.replaceChildren(outputs.place);
  cell.status.textContent = "";
  return answer.gave;
}

book.python = { run, edit, upgrade, check };
