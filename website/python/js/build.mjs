// Bundles the scripts of a page: node build.mjs <node_modules> <output folder>
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [modules, output] = process.argv.slice(2).map((each) => path.resolve(each));
const { build } = await import(pathToFileURL(path.join(modules, "esbuild", "lib", "main.js")));
const page = path.join(path.dirname(fileURLToPath(import.meta.url)), "page");
const shared = {
  bundle: true, minify: true, target: "es2022", legalComments: "none", logLevel: "warning", nodePaths: [modules],
};
// Scripts, which a page in a folder may load as well; a worker has to be a module, to import the runtime.
const scripts = { page: "lossbookPage", editor: "lossbookEditor", markdown: "lossbookMarkdown" };
for (const [name, globalName] of Object.entries(scripts)) {
  const entryPoints = [path.join(page, `${name}.js`)];
  await build({ ...shared, entryPoints, outfile: path.join(output, `${name}.js`), format: "iife", globalName });
}
const worker = { entryPoints: [path.join(page, "worker.js")], outfile: path.join(output, "worker.mjs"), format: "esm" };
await build({ ...shared, ...worker });
