// Starts Python from packs. It knows neither pages nor files: whoever starts it says how a pack is read.
//
// A pack is a header and files one after the other, compressed with zstd. The header is the size of a list, in four bytes,
// and the list as JSON: the path and the size of each file. index.json says which packs there are.

/**
 * Start Python and a session.
 *
 * @param {object} given
 * @param {Function} given.loadPyodide - of the runtime that index.json names.
 * @param {object} given.options - for loadPyodide: where it finds its own files.
 * @param {object} given.index - the content of index.json.
 * @param {(data: Uint8Array, size: number) => Uint8Array} given.decompress - undoes zstd; the size is that of the result.
 * @param {(pack: string) => Promise<Uint8Array>} given.read - gets a pack.
 * @param {(pack: string) => Uint8Array} given.readNow - the same, while Python waits in the middle of an import.
 * @param {(output: object) => void} given.emit - takes each output, in the form in which notebooks store it.
 */
export async function start({ loadPyodide, options, index, decompress, read, readNow, emit }) {
  const unpacked = (pack, data) => decompress(data, index.packs[pack].size);
  const first = index.start.map(async (pack) => unpacked(pack, await read(pack)));
  const python = await loadPyodide({ ...options, env: { HOME: "/home/reader", MPLBACKEND: "module://inpage.backend" } });
  for (const data of await Promise.all(first)) place(python.FS, data);
  for (const library of index.libraries) await python._module.API.loadDynlib(library, true);
  const modules = python.pyimport("inpage.modules");
  const packs = python.toPy(index.modules);
  modules.install((pack) => place(python.FS, unpacked(pack, readNow(pack))), packs);
  modules.destroy();
  const module = python.pyimport("inpage.session");
  const session = module.Session((text) => emit(JSON.parse(text)));
  module.destroy();
  return { python, session };
}

function place(FS, data) {
  const size = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  const files = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + size)));
  const made = new Set();
  let at = 4 + size;
  for (const [path, length] of files) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(folder)) FS.mkdirTree(folder);
    made.add(folder);
    // The memory of the whole pack is kept as long as one of its files: nothing is copied.
    FS.writeFile(path, data.subarray(at, at + length), { canOwn: true });
    at += length;
  }
}
