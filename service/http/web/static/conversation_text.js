// An answer or a conversation as text to take elsewhere, with its sources: plain, or Markdown.
// Turns are {question, done}, `done` as the service sent it.
import { placeName } from "./sources.js";
import { say } from "./words.js";

// The buttons that copy the last answer and save the conversation.
export function offerText(buttons, turns) {
  // The other one has its words back when this one is pressed: nothing moves below a pointer.
  const copiers = new Map([
    [buttons.querySelector("#copy"), asText],
    [buttons.querySelector("#copy-markdown"), asMarkdown],
  ]);
  const labels = new Map([...copiers.keys()].map((button) => [button, button.textContent]));
  for (const [button, words] of copiers) {
    button.addEventListener("click", async () => {
      await copy(words(turns().slice(-1)));
      for (const [one, label] of labels) one.textContent = one === button ? say("Copied") : label;
    });
  }
  buttons.querySelector("#save").addEventListener("click", () => save(asMarkdown(turns()), turns()[0].question));
}

// Without encryption there is no clipboard but by way of a field.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

function save(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  link.download = `${name.replace(/[^\p{L}\p{N} -]/gu, "").trim().slice(0, 80) || say("conversation")}.md`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // the browser may take it up later
}

function asText(turns) {
  return turns.map(({ question, done }) => [question, done.text, plainSources(done)].filter(Boolean).join("\n\n")).join("\n\n\n");
}

function asMarkdown(turns) {
  return turns
    .map(({ question, done }) =>
      [`## ${escaped(question)}`, escaped(done.text), markdownSources(done)].filter(Boolean).join("\n\n"),
    )
    .join("\n\n");
}

// Only those that the answer names; of a passage, its own.
function named({ text, citations }) {
  const marked = citations.filter(({ number }) => text.includes(`[${number}]`));
  return marked.length ? marked : citations.slice(0, 1);
}

function plainSources(done) {
  return named(done)
    .map((citation) => [`[${citation.number}] ${placeName(citation)}`, citation.permalink].filter(Boolean).join("\n    "))
    .join("\n");
}

function markdownSources(done) {
  return named(done)
    .map((citation) => {
      const name = escaped(placeName(citation));
      const linked = citation.permalink ? `[${name}](${citation.permalink})` : name;
      return `- \\[${citation.number}\\] ${linked}`;
    })
    .join("\n");
}

// What would be markup is shown as it was written; a bare address would be a link in GitHub's dialect.
function escaped(text) {
  return text
    .replace(/[\\`*_{}[\]<>#|~!&]/g, "\\$&")
    .replace(/^(\s*)([-+=])/gm, "$1\\$2")
    .replace(/^(\s*\d+)([.)])/gm, "$1\\$2")
    .replace(/\b(https?|ftp|mailto|xmpp|www)([:.])/gi, "$1\\$2");
}
