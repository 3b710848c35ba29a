// Server-sent events of an answer, one after the other, each a name and its data.

export async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer += value;
    const blocks = buffer.split("\n\n");
    buffer = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n");
      const take = (key) =>
        lines.filter((line) => line.startsWith(key)).map((line) => line.slice(key.length).trimStart());
      const data = take("data:").join("\n");
      if (data) yield { name: take("event:")[0], data: JSON.parse(data) };
    }
  }
}
