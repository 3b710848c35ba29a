// Titles that begin with what is typed, below the search field: a combobox with a listbox, after
// the ARIA Authoring Practices. Without it the form searches all the same.
// The service is asked at once, and then no more often than this.
const BETWEEN_MS = 60;

const form = document.querySelector("form[role=search]");
const field = form?.querySelector("input[name=q]");
const list = document.getElementById("titles");

if (form) {
  let chosen = -1;
  let asked = null;
  let askedAt = -Infinity;
  let waiting = 0;

  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "aria-expanded": "false",
  })) {
    field.setAttribute(name, value);
  }

  const options = () => [...list.children];

  function close() {
    list.hidden = true;
    list.replaceChildren();
    chosen = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function choose(place) {
    options().forEach((option, number) => option.setAttribute("aria-selected", String(number === place)));
    chosen = place;
    const option = options()[place];
    if (!option) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function show(suggestions, areSeveral) {
    close();
    suggestions.forEach(({ title, matched, url, collection }, number) => {
      const option = document.createElement("li");
      option.id = `title-${number}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dir = "auto";
      option.dataset.url = url;
      option.textContent = matched ?? title;
      if (matched) {
        const target = document.createElement("span");
        target.className = "about";
        target.textContent = ` → ${title}`;
        option.append(target);
      }
      if (areSeveral) {
        const place = document.createElement("span");
        place.className = "about";
        place.textContent = ` · ${collection}`;
        option.append(place);
      }
      list.append(option);
    });
    list.hidden = !suggestions.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
  }

  async function suggest() {
    askedAt = performance.now();
    asked?.abort();
    const mine = (asked = new AbortController());
    const typed = field.value;
    const chosen = form.elements.namedItem("collection");
    if (!typed.trim()) return close();
    const query = new URLSearchParams({ q: typed.slice(0, 200), k: "8" });
    const isAll = "all" in (chosen.selectedOptions?.[0].dataset ?? {});
    const service = isAll ? "" : `/c/${encodeURIComponent(chosen.value)}`;
    if (isAll) query.set("collection", "all");
    try {
      const response = await fetch(`${service}/api/suggest?${query}`, { signal: mine.signal });
      if (!response.ok) return close();
      const { suggestions, collection } = await response.json();
      if (mine === asked && document.activeElement === field) show(suggestions, !collection);
    } catch (error) {
      if (!mine.signal.aborted) close();
    }
  }

  // What was asked for before neither opens the list again nor changes it below a choice.
  function settle() {
    clearTimeout(waiting);
    asked?.abort();
  }

  function stop() {
    settle();
    close();
  }

  function move(place) {
    settle();
    choose(place);
  }

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    const rest = askedAt + BETWEEN_MS - performance.now();
    if (rest > 0) waiting = setTimeout(suggest, rest);
    else suggest();
  });
  if (document.activeElement === field && field.value !== field.defaultValue) suggest(); // typed before this ran
  field.addEventListener("blur", stop);
  form.addEventListener("submit", stop);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the keys are those of an input method
    const count = options().length;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault(); // only the list goes, not what was typed
      stop();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      if (count) move((chosen + 1) % count);
      else suggest(); // closed before, or never opened
    } else if (count && event.key === "ArrowUp") {
      event.preventDefault();
      move((chosen <= 0 ? count : chosen) - 1);
    } else if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) {
      choose(-1); // in the text, as in any field
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      location.assign(options()[chosen].dataset.url);
    }
  });
  // Before the field loses the focus, and with it the list.
  list.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (option) location.assign(option.dataset.url);
  });
  // "/" leads to the field, as elsewhere, unless one types.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
