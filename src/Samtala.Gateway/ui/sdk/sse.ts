/** One event of a server-sent stream. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string;
}

/** The longest event that is read; a longer one ends the stream with an error (characters). */
const MAX_EVENT = 8 * 1024 * 1024;

/** Reads server-sent events from a body, as the HTML standard tells, without reconnecting. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>, broken: (error: unknown) => never): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(broken);
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    // Leaving the loop early must let go of the connection.
    reader.cancel().catch(() => undefined);
  }
}

/** Turns text, cut anywhere, into events. */
export class EventParser {
  private _rest = "";
  private _data: string[] = [];
  private _event = "";
  private _id = "";
  private _size = 0;

  *push(text: string): Generator<ServerEvent> {
    this._rest += text;
    if (this._rest.length > MAX_EVENT) throw new Error("The stream sent a line that is too long.");
    for (;;) {
      const end = this._rest.search(/\r\n|\n|\r(?=[^])/);
      if (end < 0) return;
      const line = this._rest.slice(0, end);
      this._rest = this._rest.slice(end + (this._rest.startsWith("\r\n", end) ? 2 : 1));
      const complete = this._line(line);
      if (complete) yield complete;
    }
  }

  private _line(line: string): ServerEvent | undefined {
    if (line === "") return this._end();
    if (line.startsWith(":")) return undefined;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this._event = value;
    else if (field === "id") this._id = value;
    else if (field === "data") this._add(value);
    return undefined;
  }

  private _add(value: string): void {
    this._size += value.length;
    if (this._size > MAX_EVENT) throw new Error("The stream sent an event that is too long.");
    this._data.push(value);
  }

  private _end(): ServerEvent | undefined {
    const event = { event: this._event || "message", data: this._data.join("\n"), id: this._id };
    const empty = this._data.length === 0 && this._event === "";
    this._data = [];
    this._event = "";
    this._size = 0;
    return empty ? undefined : event;
  }
}
