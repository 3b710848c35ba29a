// What a model thinks before it answers, folded, as text; of much only the end.
const MOST = 20_000; // letters

export class Thoughts {
  constructor(folded) {
    this.folded = folded;
    this.place = folded.lastElementChild;
    this.clear();
  }

  clear() {
    this.place.textContent = "";
    this.folded.hidden = true;
    this.folded.open = false;
  }

  add(text) {
    const before = this.place.textContent;
    this.place.textContent = (before + text).slice(-MOST);
  }

  show() {
    this.folded.hidden = !this.place.textContent.trim();
  }
}
