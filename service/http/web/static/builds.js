// How far builds are, while somebody looks on: drawn again by the service whenever that changes.
// Nothing else on the page is touched: what is to be decided stays as it was opened.
const shown = document.getElementById("builds");
let known = shown.innerHTML;
let isAsking = false;

new EventSource("/api/builds").addEventListener("builds", async () => {
  if (isAsking) return;
  isAsking = true;
  try {
    const answer = await fetch("/");
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("builds").innerHTML;
    if (now !== known) shown.replaceChildren(...page.getElementById("builds").childNodes);
    known = now;
  } finally {
    isAsking = false;
  }
});
