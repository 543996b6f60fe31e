// What the tour for translators does in a page: find a text and make it stand out.
(sought) => {
  const flat = (text) => (text ?? "").replace(/\s+/g, " ").trim();
  const READ = ["aria-label", "placeholder", "title", "alt", "data-copied"];

  // The first that is to be seen, and in it the innermost that still holds all of the text.
  function pick(elements, holds) {
    let found = elements.find((e) => e.checkVisibility() && e.getBoundingClientRect().width > 1) ?? elements[0];
    for (let next = found; next; next = [...found.children].find(holds)) found = next;
    return found;
  }

  // Places in the order in which a translator would look: a text of its own, an attribute, a part of a text, the head.
  function where(text) {
    const all = [...document.querySelectorAll("body *:not(script)")];
    const is = (e) => flat(e.textContent) === text;
    const has = (e) => flat(e.textContent).includes(text);
    const own = pick(all.filter(is), is);
    if (own) return [own, "text"];
    for (const attribute of READ) {
      const found = all.find((e) => flat(e.getAttribute(attribute)) === text);
      if (found) return [found, attribute];
    }
    const part = pick(all.filter(has), has);
    if (part) return [part, "part of a text"];
    const meta = [...document.querySelectorAll("meta, link")].find((e) => [e.content, e.title].map(flat).includes(text));
    if (meta) return [null, meta.name || meta.getAttribute("property") || meta.rel];
    return document.title.includes(text) ? [null, "title"] : null;
  }

  function find(text) {
    for (const e of document.querySelectorAll("[data-seen]")) {
      e.style.outline = "";
      e.removeAttribute("data-seen");
    }
    for (const e of document.querySelectorAll("main details, .notice-bar")) e.open = true;
    const found = where(text);
    if (!found) return null;
    const seen = { address: decodeURI(location.pathname + location.search), place: found[1] };
    if (!found[0]) return seen;
    found[0].closest("[hidden]")?.removeAttribute("hidden");
    let shown = found[0];
    // What only screen readers read is shown by what is around it.
    while (shown.parentElement && Math.min(shown.offsetWidth ?? 99, shown.offsetHeight ?? 99) < 8) shown = shown.parentElement;
    shown.scrollIntoView({ block: "center", behavior: "instant" });
    shown.style.outline = "3px solid #d4145a";
    shown.dataset.seen = "";
    const box = shown.getBoundingClientRect();
    const x = Math.max(0, Math.min(box.x - 80, innerWidth - 420)), y = Math.max(0, box.y - 60);
    const width = Math.min(innerWidth - x, Math.max(420, box.right - x + 80));
    return { ...seen, clip: { x, y, width, height: Math.min(innerHeight - y, 420, box.bottom - y + 60) } };
  }

  return find(sought);
}
