// An article's contents: open where there is room beside it, else opened from the corner of the
// window, and with the section marked that is being read. And the way back from a cited passage.
import { citedHere } from "./cited.js";

const LINE = 120; // how far below the top of the window a section counts as being read
const nav = document.querySelector(".contents");
if (nav) {
  const list = nav.querySelector("details");
  const beside = matchMedia("(min-width: 72rem)");
  const arrange = () => (list.open = beside.matches);
  arrange();
  beside.addEventListener("change", arrange);
  nav.addEventListener("click", ({ target }) => target.closest("a") && arrange());
  nav.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || beside.matches || !list.open) return;
    list.open = false;
    list.querySelector("summary").focus();
  });

  const links = [...nav.querySelectorAll("a")];
  const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  let current = null;
  let waits = false;

  // The last heading that has passed the line: they stand in order.
  const read = () => {
    waits = false;
    let [low, high] = [0, headings.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (headings[middle].getBoundingClientRect().top <= LINE) low = middle + 1;
      else high = middle;
    }
    const found = links[low - 1] ?? null;
    if (found === current) return;
    current?.removeAttribute("aria-current");
    current = found;
    current?.setAttribute("aria-current", "location");
    show();
  };
  // In a list that scrolls by itself; nothing else moves.
  const show = () => {
    const box = beside.matches ? nav : list.querySelector("ul");
    if (!current || box.scrollHeight <= box.clientHeight) return;
    const [inner, outer] = [current.getBoundingClientRect(), box.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom) box.scrollTop += inner.top - outer.top - box.clientHeight / 3;
  };
  list.addEventListener("toggle", show);
  const later = () => {
    if (!waits) requestAnimationFrame(read);
    waits = true;
  };
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later);
  read();
}

// From an answer that was read in this tab: the page before this one.
const back = document.querySelector(".back");
if (back && citedHere() && history.length > 1) {
  back.hidden = false;
  back.querySelector("button").addEventListener("click", () => history.back());
}
