// Compiles Python modules with the very Python of the page: node compile.mjs <folder of pyodide> <folder>
//
// The folder holds source/, modules by the paths that they will have in the page, and gets compiled/ with a .pyc for each.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

// Node itself would quote the line in which it happened, which in a minified script is all of it.
process.on("uncaughtException", (error) => {
  process.stderr.write(`${error?.message ?? error}\n`);
  process.exit(1);
});

const [runtime, folder] = process.argv.slice(2).map((each) => path.resolve(each));
const { loadPyodide } = await import(pathToFileURL(path.join(runtime, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: runtime });
const mount = "/work";
python.FS.mkdirTree(mount);
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, mount);
const compiled = python.runPython(`
import os
from importlib._bootstrap_external import _code_to_hash_pyc

def compile_all(top, out):
    count = 0
    for here, folders, files in os.walk(top):
        folders.sort()
        for name in sorted(files):
            if not name.endswith(".py"):
                continue
            source = os.path.join(here, name)
            place = source.removeprefix(top)
            with open(source, "rb") as file:
                code = compile(file.read(), place, "exec", dont_inherit=True)
            target = out + place + "c"
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as file:
                # Valid whatever stands beside it: the hash of the source is not looked at.
                file.write(_code_to_hash_pyc(code, bytes(8), False))
            count += 1
    return count

compile_all("${mount}/source", "${mount}/compiled")
`);
console.log(`${compiled} modules compiled`);
process.exit(0);
