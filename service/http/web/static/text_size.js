// How large the text is, as was chosen here; kept in this browser. All sizes are in rem, so that
// the root's is all there is to change. Runs before the page is drawn, so that nothing jumps.
const SIZES = [85, 100, 115, 130, 150, 175]; // percent; style.css has a rule for each
const USUAL = 100;

let size = USUAL;
try {
  const kept = Number(localStorage.getItem("text-size"));
  if (SIZES.includes(kept)) size = kept;
} catch {
  // A browser that keeps nothing.
}
if (size !== USUAL) document.documentElement.dataset.textSize = size;

document.addEventListener("DOMContentLoaded", () => {
  const group = document.getElementById("text-size");
  if (!group) return;
  const [smaller, larger] = group.querySelectorAll("button");
  const told = group.querySelector("[aria-live]");
  // Not disabled at the ends, which would lose the focus.
  const label = () => {
    smaller.setAttribute("aria-disabled", size === SIZES[0]);
    larger.setAttribute("aria-disabled", size === SIZES.at(-1));
  };
  const step = (by) => {
    const next = SIZES[SIZES.indexOf(size) + by];
    if (!next) return;
    size = next;
    if (size === USUAL) delete document.documentElement.dataset.textSize;
    else document.documentElement.dataset.textSize = size;
    told.textContent = `${size} %`;
    label();
    try {
      if (size === USUAL) localStorage.removeItem("text-size");
      else localStorage.setItem("text-size", size);
    } catch {
      // It holds for this page.
    }
  };
  group.hidden = false;
  label();
  smaller.addEventListener("click", () => step(-1));
  larger.addEventListener("click", () => step(1));
});
