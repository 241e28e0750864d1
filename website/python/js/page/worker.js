// Python in a worker: it starts when the page asks for it, fetches packs, and runs one request after the other.
//
// From the page: {do: "start", base, index, module}, then requests {do: "answer", id, method, given, code, above,
// packs}: a method of the session with what it is given, the code that it runs, that of all cells above as [place, code],
// and packs to fetch ahead.
// To the page: {is: "loading", pack, bytes}, {is: "ready", module}, {is: "failed", why}, and on a request {id, is:
// "needs", places}, {id, is: "output", place, output} and {id, is: "done", gave, memory}; the place of what the request's
// own code puts out is null.
import { ZSTDDecoder } from "zstddec";
import { start } from "../start.mjs";
import { STDLIB, WASM } from "./names.js";

// All that stays of what a worker can do, besides JavaScript itself: no network, no storage, no other worker. What a
// browser learns to do next year is left out as well.
const LEFT = new Set([
  ...["Object", "Function", "Array", "Number", "parseFloat", "parseInt", "Infinity", "NaN", "undefined", "Boolean"],
  ...["String", "Symbol", "Date", "Promise", "RegExp", "Error", "AggregateError", "EvalError", "RangeError"],
  ...["ReferenceError", "SyntaxError", "TypeError", "URIError", "globalThis", "JSON", "Math", "Intl", "ArrayBuffer"],
  ...["Atomics", "Uint8Array", "Int8Array", "Uint16Array", "Int16Array", "Uint32Array", "Int32Array", "Float32Array"],
  ...["Float64Array", "Uint8ClampedArray", "BigUint64Array", "BigInt64Array", "DataView", "Map", "BigInt", "Set"],
  ...["WeakMap", "WeakSet", "WeakRef", "Proxy", "Reflect", "FinalizationRegistry", "decodeURI", "decodeURIComponent"],
  ...["encodeURI", "encodeURIComponent", "escape", "unescape", "isFinite", "isNaN", "WebAssembly", "SharedArrayBuffer"],
  ...["constructor", "self", "name", "console", "performance", "crypto", "atob", "btoa", "structuredClone"],
  ...["setTimeout", "clearTimeout", "setInterval", "clearInterval", "queueMicrotask", "setImmediate", "clearImmediate"],
  ...["TextEncoder", "TextDecoder", "postMessage", "onmessage", "addEventListener", "removeEventListener"],
  ...["dispatchEvent", "MessageChannel", "MessagePort", "MessageEvent", "Event", "EventTarget", "AbortController"],
  ...["AbortSignal", "DOMException", "URL", "URLSearchParams"],
]);

const decoder = new ZSTDDecoder();
const fetchNow = self.XMLHttpRequest;
const fetchLater = self.fetch.bind(self);
let python, session, index, base;
let current = {};

const decompress = (data, size) => decoder.decode(data, size);
const addressOf = (pack) => new URL(index.packs[pack].file, base);

// What arrives is told as it arrives: the reader waits for it.
async function read(pack) {
  const answer = await fetchLater(addressOf(pack));
  if (!answer.ok) throw new Error(`${answer.status} for ${answer.url}`);
  const data = new Uint8Array(index.packs[pack].bytes);
  const pieces = answer.body.getReader();
  let at = 0;
  for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
    data.set(piece.value, at);
    at += piece.value.length;
    postMessage({ is: "loading", pack, bytes: at });
  }
  return data;
}

// What Python starts with has the whole line: the rest is asked for when that has come, and arrives while Python starts.
let arrived;

// Packs that a request is known to need, by their names, until they are asked for.
const ahead = new Map();
const known = new Set();

async function fetchAhead(packs) {
  const wanted = packs.filter((pack) => pack in index.packs && !known.has(pack));
  await arrived;
  await Promise.all(wanted.map(async (pack) => {
    known.add(pack);
    try {
      ahead.set(pack, await read(pack));
    } catch {
      known.delete(pack); // the import asks for it again, and tells what is wrong
    }
  }));
}

// Python waits in the middle of an import, so this cannot be left for later.
function readNow(pack) {
  if (ahead.has(pack)) {
    const data = ahead.get(pack);
    ahead.delete(pack);
    return data;
  }
  known.add(pack);
  const asked = new fetchNow();
  asked.open("GET", addressOf(pack), false);
  asked.responseType = "arraybuffer";
  asked.send();
  if (asked.status !== 200) throw new Error(`${asked.status} for ${addressOf(pack)}`);
  postMessage({ is: "loading", pack, bytes: index.packs[pack].bytes });
  return new Uint8Array(asked.response);
}

function bytesIn(address) {
  const content = atob(address.slice(address.indexOf(",") + 1));
  return Uint8Array.from(content, (letter) => letter.charCodeAt(0));
}

const endsWith = (address, name) => String(address?.url ?? address).endsWith(name);

async function begin(given) {
  const [wasm, stdlib] = [given.module ? null : read(WASM), read(STDLIB)];
  const core = Promise.all([wasm, stdlib]);
  const first = new Map(index.start.map((pack) => [pack, core.then(() => read(pack))]));
  arrived = Promise.allSettled(first.values());
  // The decoder fetches its code from an address that holds it, which the site's policy does not allow.
  self.fetch = async (address) => new Response(bytesIn(String(address)));
  await decoder.init();
  const unpacked = async (pack, data) => decompress(await data, index.packs[pack].size);
  const compiled = given.module ?? unpacked(WASM, wasm).then((data) => WebAssembly.compile(data));
  // Pyodide fetches these two by itself. Both are here already.
  self.fetch = async (address, options) => {
    if (endsWith(address, STDLIB)) return new Response(await unpacked(STDLIB, stdlib));
    if (endsWith(address, WASM)) return new Response("", { headers: { "Content-Type": "application/wasm" } });
    return fetchLater(address, options);
  };
  WebAssembly.instantiateStreaming = async (answer, imports) => {
    const module = await compiled;
    return { module, instance: await WebAssembly.instantiate(module, imports) };
  };
  const runtime = new URL(`${index.runtime}/`, base).href;
  const { loadPyodide } = await import(`${runtime}pyodide.mjs`);
  ({ python, session } = await start({
    loadPyodide,
    options: { indexURL: runtime },
    index,
    decompress,
    read: (pack) => first.get(pack),
    readNow,
    emit: (output) => postMessage({ id: current.id, is: "output", place: current.place, output }),
  }));
  return compiled;
}

function lockUp() {
  python.runPython(`
import sys
from _pyodide._importhook import jsfinder
for name in {*jsfinder.jsproxies, *(name for name in sys.modules if name.split(".")[0] in ("js", "pyodide_js"))}:
    sys.modules[name] = None
jsfinder.jsproxies.clear()
del sys, name, jsfinder`);
  for (let owner = self; owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      if (LEFT.has(name)) continue;
      if (!Reflect.deleteProperty(owner, name)) Reflect.defineProperty(owner, name, { value: undefined });
    }
  }
}

// The method of the session that a request asks for, after what its code needs from above.
function answer({ id, method, given, code, above }) {
  current = { id, place: null };
  const needed = session.needed(code, above.map(([, text]) => text));
  const cells = needed.toJs();
  needed.destroy();
  if (cells.length > 0) postMessage({ id, is: "needs", places: cells.map(([at]) => above[at][0]) });
  const isFine = cells.every(([at, text]) => {
    current.place = above[at][0];
    return session.run(text, String(current.place));
  });
  current.place = null;
  return isFine ? session[method](...given) : "above";
}

let queue = Promise.resolve();
self.onmessage = ({ data }) => {
  // What a request needs arrives while Python still starts, or is busy with another.
  if (data.do === "start") ({ base, index } = data);
  const there = data.do === "start" || fetchAhead(data.packs);
  queue = queue.then(async () => {
    try {
      if (data.do === "start") {
        const module = await begin(data);
        lockUp();
        postMessage({ is: "ready", module });
      } else {
        await there;
        const gave = answer(data);
        postMessage({ id: data.id, is: "done", gave, memory: python._module.HEAP8.length });
      }
    } catch (error) {
      postMessage({ is: "failed", why: String(error?.message ?? error) });
    }
  });
};
