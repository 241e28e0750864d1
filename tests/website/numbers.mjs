// Answers each line, [[exercise, what is given], ...], with a line, [{status, html}, ...]: node numbers.mjs <script>...
// The scripts are those that pages load, in any order.
import fs from "node:fs";
import readline from "node:readline";
import vm from "node:vm";

const declarations = {};
for (const file of process.argv.slice(2)) {
  vm.runInThisContext(fs.readFileSync(file, "utf8"), file);
  Object.assign(declarations, lossbook.declarations);
}
for await (const line of readline.createInterface({ input: process.stdin })) {
  const answers = JSON.parse(line).map(([name, given]) => lossbook.checked(declarations[name], given));
  console.log(JSON.stringify(answers));
}
