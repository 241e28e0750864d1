// Runs Python in the page without a page: node node.mjs <folder of packs>
//
// Reads a request a line, {"do": method of the session, "with": [arguments]}, and answers each with a line:
// {"gave": what the method returned, "outputs": [...], "packs": [those that were fetched meanwhile], "seconds": ...}.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { pathToFileURL } from "node:url";

// Node itself would quote the line in which it happened, which in a minified script is all of it.
process.on("uncaughtException", (error) => {
  process.stderr.write(`${error?.message ?? error}\n`);
  process.exit(1);
});

const folder = path.resolve(process.argv[2]);
const load = (name) => import(pathToFileURL(path.join(folder, name)));
const index = JSON.parse(fs.readFileSync(path.join(folder, "index.json")));
const { loadPyodide } = await load(`${index.runtime}/pyodide.mjs`);
const { ZSTDDecoder } = await load(`${index.runtime}/zstddec.mjs`);
const { start } = await load(`${index.runtime}/start.mjs`);
const decoder = new ZSTDDecoder();
await decoder.init();

let outputs = [];
let fetched = [];
const decompress = (data, size) => decoder.decode(data, size);
const readNow = (pack) => {
  fetched.push(pack);
  return fs.readFileSync(path.join(folder, index.packs[pack].file));
};

// In Node, Pyodide reads its own two large files from a folder, and nothing else will do.
const own = fs.mkdtempSync(path.join(os.tmpdir(), "lossbook-python-"));
process.on("exit", () => fs.rmSync(own, { recursive: true }));
for (const name of ["pyodide.asm.wasm", "python_stdlib.zip"]) {
  fs.writeFileSync(path.join(own, name), decompress(readNow(name), index.packs[name].size));
}
for (const name of ["pyodide.asm.js", "pyodide-lock.json"]) {
  fs.copyFileSync(path.join(folder, index.runtime, name), path.join(own, name));
}

const { python, session } = await start({
  loadPyodide,
  options: { indexURL: own, stdout: () => {}, stderr: (text) => process.stderr.write(`${text}\n`) },
  index,
  decompress,
  read: async (pack) => readNow(pack),
  readNow,
  emit: (output) => outputs.push(output),
});

const answer = (gave, began) => {
  const seconds = (performance.now() - began) / 1000;
  const memory = python._module.HEAP8.length;
  process.stdout.write(`${JSON.stringify({ gave, outputs, packs: fetched, seconds, memory })}\n`);
  [outputs, fetched] = [[], []];
};
answer("started", 0);
for await (const line of readline.createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const began = performance.now();
  const given = request.with.map((each) => python.toPy(each));
  const gave = request.do === "execute" ? python.runPython(given[0]) : session[request.do](...given);
  answer(gave?.toJs?.() ?? gave ?? null, began);
}
