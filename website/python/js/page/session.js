// The session of a page: a worker with Python in it, started at the first request, and the requests that wait for it.
import { element } from "./element.js";
import { STDLIB, WASM } from "./names.js";

/** Why Python cannot run here, as a sentence that says what to do; nothing where it may. */
export function unable() {
  if (location.protocol === "file:") {
    return "You read the book from a folder, where browsers do not let a page start Python. On a website they do: "
      + "make serve, in the folder of the course, starts one.";
  }
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    return "This browser has no WebAssembly, which Python needs to run in a page. Run the page's notebook instead.";
  }
  return "";
}

function told(why, isReady) {
  if (isReady) return `Python has broken down (${why}). It starts anew with the next run.`;
  if (/memory/i.test(why)) {
    return "There is too little memory for Python here. Close other tabs, and try again, or run the page's notebook.";
  }
  if (navigator.onLine === false || /fetch|network|load/i.test(why)) {
    return "Python could not be loaded: is there no connection? Nothing of what you typed is lost; try again.";
  }
  return `Python could not be started (${why}). Try again, or run the page's notebook.`;
}

// From here on the page, and the worker that it starts, may fetch from this address alone: the browser sees to that.
function fetchOnlyFrom(address) {
  const content = `connect-src ${address}`;
  document.head.append(element("meta", { httpEquiv: "Content-Security-Policy", content }));
}

/**
 * Make a session.
 *
 * @param {string} root - the address of the folder of packs.
 * @param {(there: number, whole: number) => void} onLoading - hears how many bytes have arrived, and of how many.
 */
export function makeSession(root, onLoading) {
  const base = new URL(root, location.href).href;
  let [worker, index, module] = [null, null, null];
  let [isReady, isLimited, next, stops] = [false, false, 0, 0];
  const waiting = new Map();
  let loaded = new Map();
  let wanted = new Set();

  function tellLoading() {
    const sizes = [...wanted].map((pack) => index.packs[pack]?.bytes ?? 0);
    const whole = sizes.reduce((sum, size) => sum + size, 0);
    const there = [...loaded].reduce((sum, [pack, bytes]) => sum + (wanted.has(pack) ? bytes : 0), 0);
    onLoading(there, whole);
  }

  function want(packs) {
    packs.filter((pack) => !loaded.has(pack)).forEach((pack) => wanted.add(pack));
  }

  function fail(why) {
    worker?.terminate();
    [worker, isReady] = [null, false];
    const all = [...waiting.values()];
    waiting.clear();
    all.forEach(({ reject }) => reject(new Error(why)));
  }

  function hear({ data }) {
    if (data.is === "loading") {
      loaded.set(data.pack, data.bytes);
      want([data.pack]);
      tellLoading();
    } else if (data.is === "ready") {
      [module, isReady] = [data.module, true];
    } else if (data.is === "failed") {
      fail(told(data.why, isReady));
    } else if (data.is === "done") {
      wanted = new Set();
      waiting.get(data.id)?.resolve(data);
      waiting.delete(data.id);
    } else {
      waiting.get(data.id)?.hear(data);
    }
  }

  async function begin() {
    if (worker) return;
    if (!index) {
      if (!isLimited) fetchOnlyFrom(base);
      isLimited = true;
      index = await fetch(`${base}index.json`, { cache: "no-cache" }).then((answer) => answer.json());
    }
    if (worker) return;
    // As the page's own text, the worker is under the page's policy: it reaches no other host, and evaluates no text.
    const code = `import ${JSON.stringify(`${base}${index.runtime}/worker.mjs`)};`;
    const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    worker = new Worker(address, { type: "module" });
    worker.onmessage = hear;
    worker.onerror = (event) => fail(told(event.message ?? "the worker could not be read", isReady));
    loaded = new Map(module ? [[WASM, index.packs[WASM].bytes]] : []);
    want([WASM, STDLIB, ...index.start]);
    worker.postMessage({ do: "start", base, index, module });
  }

  /** Send a request; `hear` gets what it puts out, and the promise what it comes to. */
  async function ask(method, given, { code, above, packs, hear: listener }) {
    const sentence = unable();
    if (sentence) throw new Error(sentence);
    const before = stops;
    try {
      await begin();
    } catch (error) {
      throw new Error(told(`fetch: ${error.message}`, false));
    }
    if (stops > before) throw new Error("");
    want(packs);
    const id = ++next;
    return new Promise((resolve, reject) => {
      waiting.set(id, { hear: listener, resolve, reject });
      worker.postMessage({ id, do: "answer", method, given, code, above, packs });
    });
  }

  /** End what runs, and forget what it has made; the next request starts Python again, from what is compiled already. */
  function stop() {
    const wasReady = isReady;
    stops += 1;
    fail("");
    if (wasReady) begin();
  }

  return { ask, stop, isReady: () => isReady };
}
