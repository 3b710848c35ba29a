// Which citation of an answer was followed, kept in this tab alone: pages send no referrer. The
// place in the article tells it, whatever address leads there.
const KEPT = "cited";

// Remember those that are followed from here.
export function rememberCited(answers) {
  answers.addEventListener("click", ({ target }) => {
    const link = target.closest?.("a[href$='#passage']");
    if (!link) return;
    try {
      sessionStorage.setItem(KEPT, link.search);
    } catch {
      // A browser that keeps nothing: its own button leads back.
    }
  });
}

export function citedHere() {
  try {
    return sessionStorage.getItem(KEPT) === location.search;
  } catch {
    return false;
  }
}
