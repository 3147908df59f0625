/** Server-sent events out of a response body, as the HTML standard parses them. */

/** Yields {id, event, data} until the stream or the signal ends. `heard` is called for every chunk, heartbeats included. */
export async function* readEvents(response, heard = () => {}, signal = null) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const leave = () => reader.cancel().catch(() => {});
  signal?.addEventListener("abort", leave);
  let rest = "";
  let event = blank();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard();
      const { lines, tail } = splitLines(rest + value);
      rest = tail;
      for (const line of lines) {
        if (line !== "") addField(event, line);
        else if (event.data === null) event = blank(event.id);
        else {
          yield event;
          event = blank(event.id);
        }
      }
    }
  } finally {
    signal?.removeEventListener("abort", leave);
    leave();
  }
}

function blank(id = "") {
  return { id, event: "message", data: null };
}

/** Complete lines, and what is not a line yet; a lone CR at the end may be half of a CRLF. */
function splitLines(text) {
  const held = text.endsWith("\r") ? text.length - 1 : text.length;
  const lines = text.slice(0, held).split(/\r\n|\n|\r/);
  const tail = lines.pop() + text.slice(held);
  return { lines, tail };
}

function addField(event, line) {
  const colon = line.indexOf(":");
  if (colon === 0) return;
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
  if (name === "data") event.data = event.data === null ? value : `${event.data}\n${value}`;
  else if (name === "event") event.event = value;
  else if (name === "id") event.id = value;
}
