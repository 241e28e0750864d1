/* Cells that run in the page: buttons below each, and exercises as fields with a check. What runs Python is loaded at
   the first click; a number or a choice is checked without it. */
(() => {
  const data = document.getElementById("cells");
  if (!data) return;
  const page = JSON.parse(data.textContent);
  const book = window.lossbook;
  const { element } = book;

  const loaded = new Map();

  /* A script and not a module: a page in a folder may load one, too. */
  function load(address) {
    if (!loaded.has(address)) {
      loaded.set(address, new Promise((resolve, reject) => {
        const script = element("script", { src: address, onload: resolve });
        script.onerror = () => {
          loaded.delete(address);
          reject(new Error("This could not be loaded: is there no connection? Nothing of what you typed is lost."));
        };
        document.head.append(script);
      }));
    }
    return loaded.get(address);
  }

  const later = (method, ...given) => load(page.script).then(() => book.python[method](...given));
  const isRun = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey || event.shiftKey);

  function button(name, action) {
    const made = element("button", { type: "button", className: "cell-button" }, name);
    made.addEventListener("click", action);
    return made;
  }

  /* A cell as what runs it sees it. Its code is that of the page until there is an editor. */
  function makeCell(place, index) {
    const [kind, more] = page.cells[index] ?? ["no"];
    const pre = place.querySelector(".cell_input pre");
    const cell = {
      index, kind, place, pre, packs: kind === "runs" ? more : [],
      stored: pre?.textContent.replace(/\n$/, "") ?? "",
      field: null,
      get code() { return this.field ? this.field.code : this.stored; },
      status: element("span", { className: "cell-status", role: "status" }),
      bar: element("div", { className: "cell-bar" }),
      fail(error) { this.status.textContent = error.message; },
    };
    return cell;
  }

  function startCell(cell) {
    cell.go = button("Run", () => later("run", cell).catch((error) => cell.fail(error)));
    cell.edit = button("Edit", () => later("edit", cell).catch((error) => cell.fail(error)));
    cell.bar.append(cell.go, cell.edit, cell.status);
    cell.place.querySelector(".cell_input").after(cell.bar);
  }

  function elsewhere(cell, what) {
    const binder = document.querySelector('.menu a[href*="mybinder.org"]');
    const where = binder ? element("a", { href: binder.href }, "Binder") : "Binder";
    cell.place.querySelector(".cell_input").after(element("p", { className: "cell-elsewhere" },
      `Needs ${what}, which is not available here: run it on `, where, " or in JupyterLab."));
  }

  /* Exercises ---------------------------------------------------------------------------------- */

  function titleOf(place) {
    const heading = place.closest("section").querySelector("h2, h3, h4").cloneNode(true);
    heading.querySelector(".headerlink")?.remove();
    return heading.textContent.trim();
  }

  /* A field for code or a number: `code` is what stands in it. */
  function textField(cell, title, options) {
    const isCode = options === "code";
    const field = isCode ? element("textarea", { rows: cell.stored.split("\n").length + 1, wrap: "off" })
      : element("input", { type: "text", autocomplete: "off", placeholder: "a number" });
    Object.assign(field, { className: "cell-field", spellcheck: false, autocapitalize: "off", ariaLabel: title });
    const read = {
      element: field,
      get code() { return field.value; },
      set code(text) { field.value = text; },
    };
    if (isCode) {
      field.addEventListener("input", () => { field.rows = Math.max(field.rows, field.value.split("\n").length + 1); });
      field.addEventListener("focus", () => later("upgrade", cell, title).catch(() => {}), { once: true });
    }
    return read;
  }

  /* Radio buttons: `code` is what was chosen, as JSON. */
  function choiceField(cell, title, options) {
    const labels = options.length > 1 ? [title, "The reason"] : [title];
    const sets = options.map((set, i) => element("fieldset", { className: "cell-choice" },
      element("legend", {}, i ? labels[i] : element("span", { className: "sr-only" }, labels[i])),
      ...set.map((value) => element("label", {},
        element("input", { type: "radio", name: `${cell.name}-${i}`, value }), element("code", {}, `"${value}"`)))));
    const box = element("div", {}, ...sets);
    const inputs = () => sets.map((set) => [...set.querySelectorAll("input")]);
    return {
      element: box,
      get code() { return JSON.stringify(inputs().map((set) => set.find((one) => one.checked)?.value ?? null)); },
      set code(text) {
        const chosen = text ? JSON.parse(text) : [];
        inputs().forEach((set, i) => set.forEach((one) => { one.checked = one.value === chosen[i]; }));
      },
    };
  }

  async function checkDeclared(cell, options) {
    await Promise.all([load(page.checker), load(page.declared)]);
    const given = options === "number" ? cell.field.code : JSON.parse(cell.field.code);
    const { status, html } = book.checked(book.declarations[cell.name], given);
    cell.said.innerHTML = html;
    return status;
  }

  async function check(cell, options) {
    cell.keep();
    cell.status.textContent = "";
    try {
      const status = await (options === "code" ? later("check", cell) : checkDeclared(cell, options));
      /* One announcement a result: that of the field around it. */
      cell.said.querySelector(".exercise-result")?.removeAttribute("role");
      if (status) book.progress.exercise(cell.name, status);
    } catch (error) {
      cell.fail(error);
    }
  }

  /* Hints come one by one, from the list that unfolds where there is no script. */
  function startFolds(cell, folds) {
    const [hints, ...rest] = folds;
    const items = [...hints.querySelectorAll("li")];
    folds.forEach((fold) => { fold.hidden = true; });
    items.forEach((item) => { item.hidden = true; });
    const next = button("Hint", () => {
      Object.assign(hints, { hidden: false, open: true });
      const [now, ...more] = items.filter((item) => item.hidden);
      if (now) now.hidden = false;
      cell.status.textContent = more.length || !now ? "" : "That is the last hint.";
      next.disabled = more.length === 0;
    });
    const solution = button("Solution", () => {
      const isHidden = rest[0].hidden;
      rest.forEach((fold) => Object.assign(fold, { hidden: !isHidden, open: isHidden }));
      solution.ariaExpanded = String(isHidden);
    });
    solution.ariaExpanded = "false";
    cell.bar.append(...(items.length ? [next] : []), solution);
    cell.resetFolds = () => {
      folds.forEach((fold) => { fold.hidden = true; });
      items.forEach((item) => { item.hidden = true; });
      [next.disabled, solution.ariaExpanded] = [false, "false"];
    };
  }

  function foldsAfter(place) {
    const found = [];
    for (let next = place.nextElementSibling; next?.tagName === "DETAILS"; next = next.nextElementSibling) {
      found.push(next);
    }
    return found;
  }

  function startExercise(cell, checkCell) {
    const { place } = cell;
    [cell.name] = /(?<=exercises\.)\w+/.exec(checkCell.textContent);
    const options = page.exercises[cell.name];
    if (options === "code" && !page.script) return;
    const title = titleOf(place);
    const folds = foldsAfter(checkCell);
    const make = Array.isArray(options) ? choiceField : textField;
    const starter = options === "code" ? cell.stored : "";
    cell.field = make(cell, title, options);
    cell.said = element("div", { className: "exercise-said", role: "status" });
    let timer = 0;
    cell.keep = () => {
      clearTimeout(timer);
      book.progress.typed(cell.name, cell.field.code === starter ? null : cell.field.code);
    };
    cell.changed = () => {
      clearTimeout(timer);
      timer = setTimeout(cell.keep, 300);
    };
    cell.act = () => check(cell, options);
    cell.field.code = book.progress.typed(cell.name) ?? starter;
    cell.go = button("Check", cell.act);
    const reset = button("Reset", () => {
      cell.field.code = starter;
      cell.keep();
      cell.said.replaceChildren();
      cell.status.textContent = "";
      cell.resetFolds?.();
    });
    cell.bar.append(cell.go, reset);
    if (folds.length > 0) startFolds(cell, folds);
    cell.bar.append(cell.status);
    const box = element("div", { className: "exercise" }, cell.field.element, cell.bar, cell.said);
    box.addEventListener("input", cell.changed);
    box.addEventListener("change", cell.changed);
    cell.field.element.addEventListener("keydown", (event) => {
      if (!isRun(event) && !(options === "number" && event.key === "Enter")) return;
      event.preventDefault();
      cell.act();
    });
    if (book.progress.exercise(cell.name) === "passed") cell.status.textContent = "Solved.";
    else book.progress.exercise(cell.name, "open");
    /* On paper both cells stay what they are. */
    place.classList.add("has-field");
    place.append(box);
    checkCell.classList.add("on-paper");
    checkCell.querySelector(".exercise-result")?.classList.remove("exercise-result");
  }

  const places = [...document.querySelectorAll(".bd-article .cell")];
  const cells = places.map(makeCell);
  book.cells = cells;
  book.page = page;
  book.load = load;
  for (const cell of cells) {
    const [kind, more] = page.cells[cell.index] ?? ["no"];
    if (kind === "starter") startExercise(cell, places[cell.index + 1]);
    else if (kind === "runs" && page.script) startCell(cell);
    else if (kind === "needs" && page.script) elsewhere(cell, more);
  }
  const first = cells.find((cell) => cell.go && (cell.kind === "runs"));
  first?.bar.append(element("span", { className: "cell-note" },
    element("a", { href: page.help }, "Runs in your browser"), `; the first run loads ${page.size} MB.`));
})();
