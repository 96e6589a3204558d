import assert from "node:assert/strict";
import { test } from "node:test";
import { EventParser, type ServerEvent } from "../sdk/sse.ts";

const STREAM = ": hello\n\nid: 7\ndata: one\n\nevent: error\ndata: {\ndata: }\n\ndata\n\nid\ndata:  two\n\n";
const EVENTS: ServerEvent[] = [
  { event: "message", data: "one", id: "7" },
  { event: "error", data: "{\n}", id: "7" },
  { event: "message", data: "", id: "7" },
  { event: "message", data: " two", id: "" },
];

function parse(...pieces: string[]): ServerEvent[] {
  const parser = new EventParser();
  return pieces.flatMap(piece => [...parser.push(piece)]);
}

test("a stream is read wherever it is cut", () => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    assert.deepEqual(parse(STREAM.slice(0, cut), STREAM.slice(cut)), EVENTS, `cut at ${cut}`);
  }
  assert.deepEqual(parse(...STREAM), EVENTS, "character by character");
});

test("every end of line that the standard allows is one", () => {
  assert.deepEqual(parse(STREAM.replaceAll("\n", "\r\n")), EVENTS);
  assert.deepEqual(parse(...STREAM.replaceAll("\n", "\r\n")), EVENTS);
  // The last "\r" may be half of an end of line, so the event is told with the next character.
  assert.deepEqual(parse(STREAM.replaceAll("\n", "\r"), ":"), EVENTS);
});

test("an event that never ends is refused, not kept", () => {
  assert.throws(() => parse("data: ".padEnd(9 * 1024 * 1024, "x")));
  const line = `data: ${"x".repeat(1024 * 1024)}\n`;
  assert.throws(() => parse(...Array.from({ length: 9 }, () => line)));
});

test("an event that is not finished is not told", () => {
  assert.deepEqual(parse("data: half\n"), []);
});
