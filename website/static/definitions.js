/* A link to the glossary shows its definition, which stands at the end of the page, on hover and on keyboard focus. */
(() => {
  const GAP = 6;
  // Milliseconds that a pointer has to rest on a link, and that it has to get from there to the definition.
  const PATIENCE = 250;
  // In an older browser the link leads to the glossary, and that is all.
  if (!("popover" in HTMLElement.prototype)) return;
  let timer, shown;

  function later(action) {
    clearTimeout(timer);
    timer = setTimeout(action, PATIENCE);
  }

  function show(link, definition) {
    clearTimeout(timer);
    shown = link;
    definition.togglePopover(true);
    const box = link.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const { offsetWidth, offsetHeight, style } = definition;
    const above = box.top - GAP - offsetHeight;
    const below = box.bottom + GAP;
    const fits = below + offsetHeight <= clientHeight || above < 0;
    style.left = `${scrollX + Math.max(GAP, Math.min(box.left, clientWidth - offsetWidth - GAP))}px`;
    style.top = `${scrollY + (fits ? below : above)}px`;
  }

  function hide(definition) {
    if (!shown?.matches(":focus-visible")) definition.togglePopover(false);
  }

  // The browser closes it by itself, unless another script takes the key.
  addEventListener("keydown", ({ key }) => {
    clearTimeout(timer);
    if (key === "Escape") document.querySelector(".definition:popover-open")?.hidePopover();
  });

  for (const definition of document.querySelectorAll(".definition")) {
    definition.addEventListener("pointerenter", () => clearTimeout(timer));
    definition.addEventListener("pointerleave", () => later(() => hide(definition)));
  }
  for (const link of document.querySelectorAll('article a[href*="glossary.html#"]')) {
    const definition = document.getElementById(`definition-${decodeURIComponent(link.hash.slice(1))}`);
    if (!definition) continue;
    link.setAttribute("aria-describedby", definition.id);
    link.addEventListener("pointerenter", (event) => {
      // A tap follows the link.
      if (event.pointerType === "mouse") later(() => show(link, definition));
    });
    link.addEventListener("pointerleave", () => later(() => hide(definition)));
    link.addEventListener("focus", () => link.matches(":focus-visible") && show(link, definition));
    link.addEventListener("blur", () => hide(definition));
  }
})();
