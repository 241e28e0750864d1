/* Cells that run in the page: buttons below each, and exercises as fields with a check. What runs Python is loaded at
   the first click; a number or a choice is checked without it. */
(() => {
  const data = document.getElementById("cells");
  if (!data) return;
  const page = JSON.parse(data.textContent);
  const book = window.lossbook;
  const { element, progress } = book;
  const PAUSE = 300; // milliseconds without a key, after which what was typed is kept
  const NOT_KEPT = "This browser keeps nothing: what you type is gone when you leave the page.";

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

  function button(name, action) {
    const made = element("button", { type: "button", className: "cell-button" }, name);
    made.addEventListener("click", () => { if (made.ariaDisabled !== "true") action(); });
    return made;
  }

  /* As in a notebook: Ctrl+Enter runs, Shift+Enter runs and goes on to the next cell. */
  function onKey(cell, event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey || event.shiftKey)) return false;
    event.preventDefault();
    event.stopPropagation();
    cell.act();
    if (event.shiftKey) {
      const next = cells.slice(cell.index + 1).find((other) => other.go);
      (next?.field ?? next?.go ?? cell.go).focus();
    }
    return true;
  }

  /* A cell as what runs it sees it. Its code is that of the page until there is an editor. */
  function makeCell(place, index) {
    const [kind, more] = page.cells[index] ?? ["no"];
    return {
      index, kind, place, packs: Array.isArray(more) ? more : [],
      stored: place.querySelector(".cell_input pre")?.textContent.replace(/\n$/, "") ?? "",
      field: null,
      get code() { return this.field ? this.field.code : this.stored; },
      status: element("span", { className: "cell-status", role: "status" }),
      bar: element("div", { className: "cell-bar" }),
      fail(error) { this.status.textContent = error.message; },
    };
  }

  function startCell(cell) {
    const attempt = (method) => () => later(method, cell).catch((error) => cell.fail(error));
    cell.act = attempt("run");
    cell.go = button("Run", cell.act);
    cell.edit = button("Edit", attempt("edit"));
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

  const titles = new Map();

  /* The heading above an exercise; a second one below the same heading has a number. */
  function titleOf(place) {
    const heading = place.closest("section").querySelector("h2, h3, h4").cloneNode(true);
    heading.querySelector(".headerlink")?.remove();
    const title = heading.textContent.trim();
    titles.set(title, (titles.get(title) ?? 0) + 1);
    return titles.get(title) > 1 ? `${title} (${titles.get(title)})` : title;
  }

  /* A field for text. Browsers must not fill it again by themselves: they may take the text of another. */
  function textField(tag, title, properties) {
    const field = element(tag, {
      className: "cell-field", spellcheck: false, autocapitalize: "off", autocomplete: "off", ariaLabel: title,
      ...properties,
    });
    return {
      element: field,
      focus: () => field.focus(),
      get code() { return field.value; },
      set code(text) {
        field.value = text;
        this.grow();
      },
      grow() { field.rows = Math.max(field.rows ?? 0, field.value.split("\n").length + 1); },
    };
  }

  /* A plain field for code, until the editor takes its place. */
  function codeField(cell, title) {
    const read = textField("textarea", title, { wrap: "off" });
    read.element.addEventListener("input", () => read.grow());
    read.element.addEventListener("keydown", (event) => onKey(cell, event));
    return read;
  }

  const numberField = (title) => textField("input", title, { type: "text", placeholder: "a number" });

  /* Radio buttons: `code` is what was chosen, as JSON. */
  function choiceField(cell, title, options) {
    const sets = options.map((set, i) => element("fieldset", { className: "cell-choice" },
      element("legend", {}, i ? "The reason" : element("span", { className: "sr-only" }, title)),
      ...set.map((value) => element("label", {},
        element("input", { type: "radio", name: `${cell.name}-${i}`, value, autocomplete: "off" }),
        element("code", {}, `"${value}"`)))));
    const inputs = sets.map((set) => [...set.querySelectorAll("input")]);
    return {
      element: element("div", {}, ...sets),
      focus: () => (inputs[0].find((one) => one.checked) ?? inputs[0][0]).focus(),
      get code() { return JSON.stringify(inputs.map((set) => set.find((one) => one.checked)?.value ?? null)); },
      set code(text) {
        const chosen = read(text);
        inputs.forEach((set, i) => set.forEach((one) => { one.checked = one.value === chosen[i]; }));
      },
    };
  }

  /* What was kept may come from a file, or from when the exercise had another form. */
  function read(text) {
    try {
      const chosen = JSON.parse(text);
      return Array.isArray(chosen) ? chosen : [];
    } catch {
      return [];
    }
  }

  async function checkDeclared(cell) {
    await Promise.all([load(page.checker), load(page.declared)]);
    const given = Array.isArray(cell.form) ? JSON.parse(cell.field.code) : cell.field.code;
    const { status, html } = book.checked(book.declarations[cell.name], given);
    cell.said.innerHTML = html;
    return status;
  }

  async function check(cell) {
    if (cell.go.ariaDisabled === "true") return;
    cell.status.textContent = "";
    cell.keep();
    try {
      const status = await (cell.form === "code" ? later("check", cell) : checkDeclared(cell));
      /* One announcement a result: that of the field around it. */
      cell.said.querySelector(".exercise-result")?.removeAttribute("role");
      if (status) progress.exercise(cell.name, status);
    } catch (error) {
      cell.fail(error);
    }
  }

  /* Hints come one by one, from the list that unfolds where there is no script. */
  function startFolds(cell, [hints, ...rest]) {
    const items = [...hints.querySelectorAll("li")];
    const next = button("Hint", () => {
      Object.assign(hints, { hidden: false, open: true });
      const [now, ...more] = items.filter((item) => item.hidden);
      now.hidden = false;
      cell.status.textContent = more.length ? "" : "That is the last hint.";
      next.ariaDisabled = String(more.length === 0);
    });
    const solution = button("Solution", () => {
      const isHidden = rest[0].hidden;
      rest.forEach((fold) => Object.assign(fold, { hidden: !isHidden, open: isHidden }));
      solution.ariaExpanded = String(isHidden);
    });
    cell.fold = () => {
      [hints, ...rest, ...items].forEach((each) => { each.hidden = true; });
      [next.ariaDisabled, solution.ariaExpanded] = ["false", "false"];
    };
    hints.ariaLive = "polite";
    cell.fold();
    cell.bar.append(next, solution);
  }

  function foldsAfter(place) {
    const found = [];
    for (let next = place.nextElementSibling; next?.tagName === "DETAILS"; next = next.nextElementSibling) {
      found.push(next);
    }
    return found;
  }

  /* What is typed is kept when the reader pauses, checks or leaves. */
  function startKeeping(cell, starter) {
    let timer = 0;
    cell.keep = () => {
      clearTimeout(timer);
      timer = 0;
      const isKept = progress.typed(cell.name, cell.field.code === starter ? null : cell.field.code);
      if (!isKept) cell.status.textContent = NOT_KEPT;
    };
    cell.changed = () => {
      clearTimeout(timer);
      timer = setTimeout(cell.keep, PAUSE);
    };
    cell.restore = () => { cell.field.code = progress.typed(cell.name) ?? starter; };
    addEventListener("pagehide", () => { if (timer) cell.keep(); });
    cell.restore();
  }

  function startExercise(cell, checkCell) {
    const { place } = cell;
    [cell.name] = /(?<=exercises\.)\w+/.exec(checkCell.textContent);
    cell.form = page.exercises[cell.name];
    if (cell.form === "code" && !page.script) return;
    const title = titleOf(place);
    cell.act = () => check(cell);
    if (Array.isArray(cell.form)) {
      cell.field = choiceField(cell, title, cell.form);
    } else if (cell.form === "number") {
      cell.field = numberField(title);
    } else {
      cell.field = codeField(cell, title);
      cell.field.element.addEventListener("focus", () => later("upgrade", cell, title).catch(() => {}), { once: true });
    }
    const starter = cell.form === "code" ? cell.stored : Array.isArray(cell.form) ? cell.field.code : "";
    startKeeping(cell, starter);
    cell.said = element("div", { className: "exercise-said", role: "status" });
    cell.go = button("Check", cell.act);
    cell.reset = button("Reset", () => {
      cell.field.code = starter;
      cell.said.replaceChildren();
      cell.status.textContent = "";
      cell.keep();
      cell.fold?.();
    });
    cell.bar.append(cell.go, cell.reset);
    const folds = foldsAfter(checkCell);
    if (folds.length > 1) startFolds(cell, folds);
    cell.bar.append(cell.status);
    const box = element("div", { className: "exercise" }, cell.field.element, cell.bar, cell.said);
    box.addEventListener("input", cell.changed);
    box.addEventListener("change", cell.changed);
    if (cell.form !== "code") {
      cell.field.element.addEventListener("keydown", (event) => {
        if (!onKey(cell, event) && event.key === "Enter" && cell.form === "number") cell.act();
      });
    }
    if (progress.exercise(cell.name) === "passed") cell.status.textContent = "Solved.";
    else progress.exercise(cell.name, "open");
    /* On paper both cells stay what they are. */
    place.classList.add("has-field");
    place.append(box);
    checkCell.classList.add("on-paper");
    checkCell.querySelector(".exercise-result")?.classList.remove("exercise-result");
  }

  const places = [...document.querySelectorAll(".bd-article .cell")];
  const cells = places.map(makeCell);
  Object.assign(book, { cells, page, load, button, codeField, onKey });
  for (const cell of cells) {
    if (cell.kind === "starter") startExercise(cell, places[cell.index + 1]);
    else if (cell.kind === "runs" && page.script) startCell(cell);
    else if (cell.kind === "needs" && page.script) elsewhere(cell, page.cells[cell.index][1]);
  }
  cells.filter((cell) => cell.kind === "runs").forEach((cell, i) => { cell.number = i + 1; });
  const first = cells.find((cell) => cell.number === 1 && cell.go);
  if (location.protocol !== "file:") {
    first?.bar.append(element("span", { className: "cell-note" },
      element("a", { href: page.help }, "Runs in your browser"), `; the first run loads ${page.size} MB.`));
  }
})();
