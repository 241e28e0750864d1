// The two files that Pyodide itself asks for.
export const WASM = "pyodide.asm.wasm";
export const STDLIB = "python_stdlib.zip";
