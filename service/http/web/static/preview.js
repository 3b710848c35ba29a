// What a citation says, beside its mark: the sentence that supports the answer, in its paragraph.
// Comes with the pointer, with the focus of the keyboard, or with a first tap; the second follows
// the link. The tab key leads from the mark into it, and from there to what follows the mark. All
// text is set as text.
import { element, linked } from "./elements.js";
import { addressOf, placeName } from "./sources.js";

const WAIT_MS = 200;
const box = element("div");
box.id = "preview";
box.setAttribute("role", "note");
box.hidden = true;
document.querySelector("main").append(box);
let shown = null; // the mark whose preview it is
let waiting = 0;

// The mark of a citation; `place`: where in its quote the sentence stands, {start, end}, or nothing.
export function withPreview(mark, citation, place) {
  const show = () => open(mark, citation, place);
  mark.addEventListener("pointerenter", ({ pointerType }) => pointerType === "mouse" && later(show));
  mark.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && later(close));
  mark.addEventListener("focus", () => mark.matches(":focus-visible") && show());
  mark.addEventListener("blur", ({ relatedTarget }) => box.contains(relatedTarget) || close());
  mark.addEventListener("click", (event) => {
    if (event.pointerType !== "touch" || shown === mark) return;
    event.preventDefault();
    show();
  });
  return mark;
}

// It stands at the end of the page: where the focus goes from and to the mark is said here.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Tab" || !shown) return;
  const link = box.querySelector("a");
  if (document.activeElement === shown && !event.shiftKey) {
    event.preventDefault();
    link.focus();
  } else if (document.activeElement === link) {
    shown.focus();
    if (event.shiftKey) event.preventDefault();
    else close(); // the browser goes on from the mark
  }
});
box.addEventListener("focusout", ({ relatedTarget }) => relatedTarget === shown || box.contains(relatedTarget) || close());
box.addEventListener("pointerenter", () => clearTimeout(waiting));
box.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && later(close));
document.addEventListener("keydown", ({ key }) => key === "Escape" && close());
document.addEventListener("pointerdown", ({ target }) => target === shown || box.contains(target) || close());

function later(step) {
  clearTimeout(waiting);
  waiting = setTimeout(step, WAIT_MS);
}

function close() {
  clearTimeout(waiting);
  shown?.removeAttribute("aria-describedby");
  shown = null;
  box.hidden = true;
}

function open(mark, citation, place) {
  close();
  if (!mark.isConnected) return; // drawn anew meanwhile
  const link = linked(placeName(citation), addressOf(citation, place));
  const paragraph = inParagraph(citation, place);
  for (const part of [link, paragraph]) part.dir = "auto";
  box.replaceChildren(link, paragraph);
  box.hidden = false;
  shown = mark;
  mark.setAttribute("aria-describedby", box.id);
  const { left, top, bottom } = mark.getBoundingClientRect();
  box.classList.toggle("above", top > innerHeight / 2); // on a phone: never over its mark
  const fits = bottom + box.offsetHeight + 8 < innerHeight || top < box.offsetHeight;
  box.style.left = `${Math.max(8, Math.min(left, innerWidth - box.offsetWidth - 8)) + scrollX}px`;
  box.style.top = `${(fits ? bottom + 6 : top - box.offsetHeight - 6) + scrollY}px`;
}

// Offsets count code points, as letters do here.
function inParagraph({ quote, excerpt }, place) {
  const letters = Array.from(quote);
  const [from, to] = place ? [place.start, place.end] : excerpt;
  const start = letters.lastIndexOf("\n", from - 1) + 1;
  const behind = letters.indexOf("\n", to);
  const end = behind < 0 ? letters.length : behind;
  const text = (low, high) => letters.slice(low, high).join("");
  const paragraph = element("p");
  paragraph.append(text(start, from), place ? element("mark", text(from, to)) : text(from, to), text(to, end));
  return paragraph;
}
