// Spares page loads where it can; everything here works without it as well.

const feedback = () => document.querySelector("[data-feedback]");

// In the digits that the server prints, and the limit as it is printed there.
function count() {
  const text = document.querySelector("[data-count]");
  const counter = document.querySelector("[data-counter]");
  if (!text || !counter) return;
  const { digits, limit } = text.dataset;
  const typed = text.value.length;
  const number = typed < text.maxLength ? String(typed).replace(/\d/g, (digit) => digits[digit]) : limit;
  counter.textContent = `${number} / ${limit}`;
}

// The buttons rest while an answer is on its way, so that two clicks stay one vote.
function rest(section, is) {
  section.setAttribute("aria-busy", is);
  for (const button of section.querySelectorAll("button")) button.disabled = is;
}

// The same for every try on this page: a first vote whose answer got lost, cookie and all, is not a second one.
const attempt = Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");

async function send(form, button) {
  const section = feedback();
  const body = new URLSearchParams(new FormData(form, button));
  body.set("attempt", attempt);
  rest(section, true);
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page.querySelector("[name=confirm]")) return plainly(form, button);
    const next = page.querySelector("[data-feedback]");
    if (!next) throw new Error(answer.status);
    section.replaceWith(document.adoptNode(next));
    if (answer.ok) forget();
    count();
    // A screen reader hears the new state; the keyboard goes on from there.
    next.querySelector("[data-status], [data-failed]:not([hidden])")?.focus();
  } catch {
    rest(section, false);
    section.querySelector("[data-status]")?.setAttribute("hidden", "");
    const failed = section.querySelector("[data-failed]");
    failed.hidden = false;
    failed.focus();
  }
}

// A browser that does not say where a post comes from is asked on a page of its own.
function plainly(form, button) {
  rest(feedback(), false);
  form.dataset.plain = "";
  form.requestSubmit(button);
}

// What the address says about an earlier answer is no longer true, and a reload would show it.
function forget() {
  const address = new URL(location);
  address.searchParams.delete("feedback");
  history.replaceState(history.state, "", address);
}

document.addEventListener("submit", (event) => {
  if (!event.target.closest("[data-feedback]") || !event.submitter || "plain" in event.target.dataset) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

document.addEventListener("input", count);
count();

// Where a cache answers in the server's place, the page tells that it is read: once, and when somebody sees it.
function view() {
  const page = document.querySelector("[data-view]");
  if (!page || document.prerendering || document.hidden) return;
  // Where from: the path, and only of a page of this very site.
  const { origin, pathname } = new URL(document.referrer || "about:blank");
  const from = origin === location.origin ? pathname : "";
  navigator.sendBeacon(page.dataset.view, new URLSearchParams({ from }));
  delete page.dataset.view;
}

document.addEventListener("visibilitychange", view);
document.addEventListener("prerenderingchange", view);
view();

// A page out of the back-forward cache may be older than what its reader said since.
addEventListener("pageshow", (event) => {
  if (event.persisted && feedback()) location.reload();
});

// The language switch lands on the heading that is being read.
function heading() {
  // A link to a heading leaves it just below the header, at the page's own scroll padding.
  const edge = (parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0) + 8;
  const passed = [...document.querySelectorAll(".prose [id^=h-]")].filter((h) => h.getBoundingClientRect().top < edge);
  return passed.length ? `#${passed.at(-1).id}` : "";
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-switch]");
  if (link) link.hash = heading();
  const menu = document.querySelector(".menu details[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector(".menu details[open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A notice that was put away stays away until there is another one; without storage it is forgotten.
const notice = document.querySelector("[data-notice]");
const AWAY = "hd_notice";

function remember() {
  try {
    if (notice.open) localStorage.removeItem(AWAY);
    else localStorage.setItem(AWAY, notice.dataset.notice);
  } catch {}
}

if (notice) {
  try {
    notice.open = localStorage.getItem(AWAY) !== notice.dataset.notice;
  } catch {}
  notice.addEventListener("toggle", remember);
}

// A click copies the article's address; where that is not to be had, or is not what was asked, the link is a link.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-share]");
  if (!link || !navigator.clipboard || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    await navigator.clipboard.writeText(link.href);
    link.parentElement.querySelector("output").textContent = link.dataset.copied;
  } catch {
    location.assign(link.href);
  }
});

// Suggestions below the search field: the combobox of the ARIA Authoring Practices, with links for options.
function suggest(form) {
  const input = form.elements.q;
  const make = (name, attributes, parent = form) => {
    const element = name.nodeType ? name : parent.appendChild(document.createElement(name));
    for (const attribute in attributes) element.setAttribute(attribute, attributes[attribute]);
    return element;
  };
  const list = make("div", { id: "suggestions", class: "options", role: "listbox", hidden: "" });
  const status = make("span", { class: "vh", role: "status" });
  const typed = () => input.value.trim();
  const WAIT = 120; // milliseconds without a key before the server is asked
  let active = -1;
  let answered = "";
  let request = new AbortController();
  let timer;

  // No search field may be a combobox (ARIA in HTML), a text field may.
  make(input, {
    type: "text", role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": false,
  });

  function choose(number) {
    active = number;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", place === number));
    const option = list.children[number];
    input.setAttribute("aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
  }

  function open(is) {
    list.hidden = !is || !list.children.length;
    input.setAttribute("aria-expanded", !list.hidden);
    choose(-1);
  }

  // An answer that is still on its way is one to an older question.
  function forgetAnswer() {
    clearTimeout(timer);
    request.abort();
    status.textContent = "";
  }

  function close() {
    forgetAnswer();
    open(false);
  }

  async function ask() {
    const question = typed();
    request = new AbortController();
    const { signal } = request;
    try {
      const query = new URLSearchParams({ format: "json", q: question });
      const answer = await fetch(`${form.dataset.suggest}?${query}`, { signal });
      const { label, said, items } = await answer.json();
      if (signal.aborted) return;
      list.replaceChildren();
      list.setAttribute("aria-label", label);
      items.forEach(({ text, url, lang, dir, is_search }, place) => {
        const id = `suggestion-${place}`;
        const name = is_search ? "again" : "";
        make("a", { id, role: "option", tabindex: -1, href: url, lang, dir, class: name }, list).textContent = text;
      });
      status.textContent = said;
      answered = question;
      open(true);
    } catch {} // offline, refused or asked anew: the form works all the same
  }

  function type(event) {
    if (event.isComposing) return;
    forgetAnswer();
    choose(-1);
    if (typed()) timer = setTimeout(ask, WAIT);
    else close();
  }

  function move(step) {
    const places = list.children.length + 1; // the field itself is one of them
    if (!list.hidden) choose(((active + 1 + step + places) % places) - 1);
    else if (typed() === answered) open(true);
    else if (typed()) ask();
  }

  // Each says whether the key is done with.
  const KEYS = {
    ArrowDown: () => move(1) ?? true,
    ArrowUp: () => move(-1) ?? true,
    Enter: () => active >= 0 && (list.children[active].click() ?? true),
    Escape: () => {
      if (list.hidden) input.value = "";
      close();
      return true;
    },
    Home: () => choose(-1),
    End: () => choose(-1),
    ArrowLeft: () => choose(-1),
    ArrowRight: () => choose(-1),
  };

  input.addEventListener("keydown", (event) => {
    // The key that ends a composition belongs to the input method.
    if (event.isComposing || event.keyCode === 229) {
      if (event.key === "Enter") event.preventDefault();
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey && KEYS[event.key]?.()) {
      event.preventDefault();
    }
  });
  input.addEventListener("input", type);
  input.addEventListener("compositionend", type);
  input.addEventListener("blur", close);
  form.addEventListener("submit", close);
  // The field keeps the focus, so that the list is still there when the click lands.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", close);
}

document.querySelectorAll("[data-suggest]").forEach(suggest);
