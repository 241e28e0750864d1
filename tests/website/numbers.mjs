// Answers each line, [[file, exercise, what is given], ...], with a line, [{status, html}, ...]: node numbers.mjs <file>...
// The files are scripts that pages load, in any order.
import fs from "node:fs";
import readline from "node:readline";
import vm from "node:vm";

const declarations = {};
for (const file of process.argv.slice(2)) {
  vm.runInThisContext(fs.readFileSync(file, "utf8"), file);
  declarations[file] = lossbook.declarations;
}
for await (const line of readline.createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  console.log(JSON.stringify(asked.map(([file, name, given]) => lossbook.checked(declarations[file][name], given))));
}
