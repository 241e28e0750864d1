// Bundles src/ into one classic script and one stylesheet: node build.js [output folder].
// D3 is pinned to the releases whose packages consist of small modules: the later ones are one file each,
// of which esbuild cannot leave out what is not used (43 KB gzipped instead of 31).
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const output = resolve(process.argv[2] ?? join(here, "..", "static"));
const license = readFileSync(join(here, "LICENSE-D3"), "utf8").trim();

const shared = { bundle: true, minify: true, target: "es2020", legalComments: "none", logLevel: "warning" };

await build({
  ...shared,
  entryPoints: [join(here, "src", "index.js")],
  outfile: join(output, "explorable.js"),
  format: "iife",
  globalName: "lossbookExplorable",
  // D3's license asks for its text in every copy; the footer keeps the first bytes for code.
  footer: { js: `/* Contains modules of D3.\n${license} */` },
});

await build({
  ...shared,
  entryPoints: [join(here, "src", "explorable.css")],
  outfile: join(output, "explorable.css"),
});
