// The layout of a page: light or dark, contents on a narrow screen, menus, the current section, keys.
{
  const root = document.documentElement;

  function keep(name, value) {
    try {
      localStorage.setItem(name, value);
    } catch {
      // A browser that keeps nothing still changes the page.
    }
  }

  const theme = document.getElementById("theme-button");

  function showTheme() {
    theme.setAttribute("aria-pressed", String(root.dataset.theme === "dark"));
  }

  theme.addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    keep("theme", root.dataset.theme);
    showTheme();
  });
  showTheme();

  const menu = document.getElementById("menu-button");
  const navigation = document.getElementById("site-navigation");

  function openContents(open) {
    navigation.classList.toggle("is-open", open);
    menu.setAttribute("aria-expanded", String(open));
  }

  menu.addEventListener("click", () => openContents(!navigation.classList.contains("is-open")));
  navigation.addEventListener("click", (event) => {
    if (event.target.closest("a")) {
      openContents(false);
    }
  });

  function closeMenus(except) {
    for (const open of document.querySelectorAll("details.menu[open]")) {
      if (open !== except) {
        open.open = false;
      }
    }
  }

  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => print()));

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = document.querySelector("details.menu[open]");
      if (open) {
        open.querySelector("summary").focus();
        closeMenus();
      } else if (navigation.classList.contains("is-open")) {
        openContents(false);
        menu.focus();
      }
    } else if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      openContents(true);
      navigation.querySelector("input").focus();
    }
  });

  // The section that is being read is marked among the contents.
  const sections = new Map();
  for (const link of navigation.querySelectorAll(".sections > li > a")) {
    const section = document.getElementById(decodeURIComponent(new URL(link.href).hash.slice(1)));
    if (section) {
      sections.set(section, link);
    }
  }

  const visible = new Set();
  const watch = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        visible[entry.isIntersecting ? "add" : "delete"](entry.target);
      }
      const current = [...sections.keys()].find((section) => visible.has(section));
      for (const [section, link] of sections) {
        if (section === current) {
          link.setAttribute("aria-current", "true");
        } else {
          link.removeAttribute("aria-current");
        }
      }
    },
    { rootMargin: "-15% 0px -70% 0px" },
  );
  for (const section of sections.keys()) {
    watch.observe(section);
  }

  const whenIdle = window.requestIdleCallback ?? setTimeout;

  // What scrolls inside itself is made a stop of the Tab key, so that the keyboard can scroll it. Whether it scrolls is
  // measured when it is near the window, and of the rest a few at a time: to measure is to lay out what was put off.
  const SCROLLING = ".equation, .long-formula, .pst-scrollable-table-container, .bd-article pre";

  function setStop(element) {
    element.getBoundingClientRect(); // lays out what was put off: without it, the scroll width may be out of date
    if (element.scrollWidth > element.clientWidth) {
      element.tabIndex = 0;
    } else {
      element.removeAttribute("tabindex");
    }
  }

  const near = new IntersectionObserver((entries) => {
    entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => setStop(target));
  });

  function setStops(elements) {
    const few = elements.splice(0, 5);
    few.forEach(setStop);
    if (elements.length > 0) {
      whenIdle(() => setStops(elements));
    } else {
      root.dataset.stops = "";
    }
  }

  for (const element of document.querySelectorAll(SCROLLING)) {
    near.observe(element);
  }
  document.addEventListener("toggle", (event) => event.target.querySelectorAll(SCROLLING).forEach(setStop), true);
  const setAll = () => whenIdle(() => setStops([...document.querySelectorAll(SCROLLING)]));
  addEventListener("load", () => setTimeout(() => document.fonts.ready.then(setAll), 2000));
  addEventListener("resize", setAll);

  // Once the page is there, fetch the fonts that the next one may need, which then costs no more than its own text.
  addEventListener("load", () => {
    whenIdle(() => {
      for (const [font, text] of [
        ["1em 'Source Sans 3'", "aα"],
        ["italic 1em 'Source Sans 3'", "aα"],
        ["1em 'STIX Two Math'", "a"],
      ]) {
        document.fonts.load(font, text).catch(() => {}); // the reader has left the page
      }
    });
  });
}
