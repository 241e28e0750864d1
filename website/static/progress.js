/* What a reader has done: pages read, exercises, what was typed there, and quiz answers. It is kept in this browser and
   sent nowhere. */
(() => {
  const KEY = "lossbook-progress";
  const EMPTY = { read: {}, quiz: {}, exercises: {}, typed: {} };
  const LONGEST = 20000; /* of what is typed, in characters */
  const FORMS = {
    quiz: (value) => ["right", "wrong", "open"].includes(value),
    exercises: (value) => ["passed", "wrong", "open"].includes(value),
    typed: (value) => typeof value === "string" && value.length <= LONGEST,
  };
  /* To Firefox each file of a folder is a site of its own. */
  const WHERE = "Kept in this browser, and sent nowhere." + (location.protocol === "file:"
    ? " Opened from a folder, Firefox keeps each page's progress apart and cannot sum it up here; on a website it can."
    : "");

  const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href).pathname;
  const nameOf = (url) => new URL(url, location.href).pathname.slice(root.length);
  const page = nameOf(location.href);

  /* A browser may refuse to keep anything; the pages work without. */
  function load() {
    try {
      return clean(JSON.parse(localStorage.getItem(KEY)));
    } catch {
      return structuredClone(EMPTY);
    }
  }

  /* Returns whether the browser keeps it. */
  function save(progress) {
    try {
      localStorage.setItem(KEY, JSON.stringify(progress));
      return true;
    } catch {
      return false;
    }
  }

  /* Only what has the right form survives, whatever file somebody hands in. */
  function clean(given) {
    const kept = structuredClone(EMPTY);
    for (const [name, value] of Object.entries(given?.read ?? {})) if (value === true) kept.read[name] = true;
    for (const [part, hasForm] of Object.entries(FORMS)) {
      for (const [name, values] of Object.entries(given?.[part] ?? {})) {
        kept[part][name] = Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => hasForm(value)));
      }
    }
    return kept;
  }

  function change(how) {
    const progress = load();
    how(progress);
    const isKept = save(progress);
    showInSidebar(progress);
    return isKept;
  }

  function element(tag, attributes = {}, ...children) {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...children);
    return made;
  }

  /* Returns the status of an exercise of this page, after a new one was kept, if there is one. */
  function exercise(name, status) {
    const kept = load().exercises[page]?.[name];
    if (!FORMS.exercises(status) || kept === "passed" || (status === "open" && kept)) return kept;
    change((progress) => { (progress.exercises[page] ??= {})[name] = status; });
    return status;
  }

  /* Returns what was typed for an exercise of this page; given a text, or null for none, whether that is kept. */
  function typed(name, text) {
    const kept = load().typed[page]?.[name];
    if (text === undefined) return kept;
    if (text === (kept ?? null)) return true;
    return change((progress) => {
      const here = (progress.typed[page] ??= {});
      if (text === null) delete here[name];
      else here[name] = text.slice(0, LONGEST);
    });
  }

  window.lossbook = { element, progress: { exercise, typed } };

  /* A page is read once its end has been on the screen. */
  function watchEnd() {
    const end = document.querySelector("article.bd-article > section > :last-child");
    if (!end) return;
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      change((progress) => { progress.read[page] = true; });
    });
    observer.observe(end);
  }

  function showInSidebar(progress) {
    for (const link of document.querySelectorAll(".site-navigation .toctree-l1 > a")) {
      const mark = link.querySelector(".lossbook-read");
      const isRead = progress.read[nameOf(link.href)];
      if (isRead && !mark) link.append(element("span", { className: "lossbook-read" }, " ✓"));
      if (isRead && !link.title) link.title = "You have read this page.";
      if (!isRead) {
        mark?.remove();
        link.removeAttribute("title");
      }
    }
  }

  /* The first option that a reader unfolds is the answer. */
  function items(quiz) {
    const found = [];
    for (const child of quiz.querySelectorAll("p, details")) {
      if (child.tagName === "P" && child.closest("details")) continue;
      if (child.tagName === "P" && /^\d+\.$/.test(child.querySelector("strong")?.textContent ?? "")) found.push([]);
      else if (child.tagName === "DETAILS") found.at(-1)?.push(child);
    }
    return found;
  }

  const isRight = (option) => option.querySelector("strong")?.textContent === "Right.";

  function startQuiz(quiz) {
    const questions = items(quiz);
    const score = element("p", { className: "lossbook-score" });
    score.setAttribute("role", "status");
    const again = element("button", { type: "button", className: "lossbook-button" }, "Answer again");
    const answers = () => load().quiz[page] ?? {};

    function show() {
      const given = Object.values(answers()).filter((answer) => answer !== "open");
      const right = given.filter((answer) => answer === "right").length;
      score.textContent = given.length ? `${right} of ${questions.length} right at the first try` : "";
      again.hidden = given.length === 0;
    }

    change((progress) => {
      const known = progress.quiz[page] ?? {};
      progress.quiz[page] = Object.fromEntries(questions.map((_, i) => [i + 1, known[i + 1] ?? "open"]));
    });
    questions.forEach((options, i) => options.forEach((option) => option.addEventListener("toggle", () => {
      if (!option.open || (answers()[i + 1] ?? "open") !== "open") return;
      change((progress) => { progress.quiz[page][i + 1] = isRight(option) ? "right" : "wrong"; });
      show();
    })));
    again.addEventListener("click", () => {
      change((progress) => { progress.quiz[page] = Object.fromEntries(questions.map((_, i) => [i + 1, "open"])); });
      questions.flat().forEach((option) => { option.open = false; });
      show();
    });
    quiz.append(score, again);
    show();
  }

  /* The welcome page sums up, and has the buttons. */
  function chapters() {
    const found = [];
    for (const list of document.querySelectorAll(".site-navigation p.caption + ul")) {
      const title = list.previousElementSibling.textContent.trim();
      found.push([title, [...list.querySelectorAll(".toctree-l1 > a")].map((link) => nameOf(link.href))]);
    }
    return found;
  }

  function summary(progress) {
    const rows = chapters().map(([title, pages]) => {
      const read = pages.filter((name) => progress.read[name]).length;
      const answers = pages.flatMap((name) => Object.values(progress.quiz[name] ?? {}));
      const right = answers.filter((answer) => answer === "right").length;
      const tasks = pages.flatMap((name) => Object.values(progress.exercises[name] ?? {}));
      const solved = tasks.filter((status) => status === "passed").length;
      const exercises = tasks.length ? `, ${solved} of ${tasks.length} exercises solved` : "";
      const quiz = answers.length ? `, ${right} of ${answers.length} quiz questions right at the first try` : "";
      return element("li", {}, `${title}: ${read} of ${pages.length} pages read${quiz}${exercises}`);
    });
    return element("ul", {}, ...rows);
  }

  function exportFile() {
    const file = new Blob([JSON.stringify(load(), null, 1)], { type: "application/json" });
    const link = element("a", { href: URL.createObjectURL(file), download: "lossbook-progress.json" });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  function startSummary() {
    const place = document.querySelector("#lossbook-progress");
    if (!place) return;
    const status = element("p", {});
    status.setAttribute("role", "status");
    const shown = element("div");
    const refresh = (text = "") => { shown.replaceChildren(summary(load())); status.textContent = text; };
    const input = element("input", { type: "file", accept: "application/json", id: "lossbook-import" });
    input.addEventListener("change", async () => {
      try {
        const given = JSON.parse(await input.files[0].text());
        if (!Object.keys(EMPTY).some((part) => typeof given[part] === "object")) throw new TypeError("no progress");
        save(clean(given));
        showInSidebar(load());
        refresh("Read from the file.");
      } catch {
        status.textContent = "This file holds no progress; nothing was changed.";
      }
      input.value = "";
    });
    const button = (text, action) => {
      const made = element("button", { type: "button", className: "lossbook-button" }, text);
      made.addEventListener("click", action);
      return made;
    };
    const reset = () => {
      save(EMPTY);
      showInSidebar(EMPTY);
      refresh("Forgotten.");
    };
    place.append(
      element("h2", {}, "Your progress"),
      shown,
      element("p", {}, WHERE),
      element("div", { className: "lossbook-buttons" },
        button("Save as a file", exportFile),
        element("label", { htmlFor: "lossbook-import", className: "lossbook-button" }, "Read from a file", input),
        button("Forget everything", reset)),
      status,
    );
    refresh();
  }

  function start() {
    document.querySelectorAll(".tag_quiz .cell_output").forEach(startQuiz);
    showInSidebar(load());
    startSummary();
    watchEnd();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
