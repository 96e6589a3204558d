import assert from "node:assert/strict";
import { test } from "node:test";
import { answersOf, isKey, readAddresses } from "../shell/logs/addresses.ts";
import { fromBase64, outline, percent, rangesOf, rangesText, shareOf } from "../shell/logs/cells.ts";
import { hex, preview, toBase64 } from "../shell/logs/entry.ts";
import { EntryWindow } from "../shell/logs/entry-window.ts";
import { after, confirmationOf, inOrder, titleOf, type Log } from "../shell/logs/log.ts";
import { Verdict } from "../shell/logs/verdict.ts";
import { parseRoute } from "../shell/route.ts";
import { speak } from "./page.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

test("cells become one outline, in which only all is full and only nothing is empty", () => {
  assert.equal(outline(new Uint8Array([255, 255, 0, 1, 254])), "M0 10V0H2V10zM3 10V8H4V10zM4 10V2H5V10z");
  assert.equal(outline(new Uint8Array([0, 0])), "");
  assert.equal(outline(new Uint8Array()), "");
});

test("cells become ranges of entries and a share", () => {
  speak("en");
  const cells = new Uint8Array([255, 255, 0, 128]);
  const ranges = rangesOf(cells, 1000);
  assert.deepEqual(ranges, [{ from: 0, to: 500, all: true }, { from: 750, to: 1000, all: false }]);
  assert.equal(rangesText(ranges, "some", n => `and ${n} more`), "0–499, 750–999 (some)");
  assert.ok(Math.abs(shareOf(cells, 1000) - 0.6255) < 0.001);
  assert.equal(shareOf(new Uint8Array([255, 255, 255]), 7), 1);
  assert.equal(shareOf(new Uint8Array(), 7), 0);
  const many = rangesOf(new Uint8Array([255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0]), 16);
  assert.equal(rangesText(many, "some", n => `and ${n} more`), "0, 2, 4, 6, 8, 10, and 2 more");
});

test("a share is never rounded to all or to nothing", () => {
  speak("en");
  const told = [0, 0.0001, 0.5, 0.9999, 1].map(share => percent(share).replace("\u00a0", " "));
  assert.deepEqual(told, ["0 %", "1 %", "50 %", "99 %", "100 %"]);
});

test("bytes go into base64 and back, and what is no base64 is nothing", () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => i & 255);
  assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
  assert.equal(fromBase64("%").length, 0);
  assert.equal(fromBase64(undefined).length, 0);
});

test("an entry is text when it can be printed, else digits", () => {
  const [text, line] = ["hej\n  då 👩‍🚀", "hej då 👩‍🚀"];
  assert.deepEqual(preview(utf8(text)), { kind: "text", line, text, cut: false });
  assert.equal(preview(new Uint8Array()).kind, "empty");
  assert.deepEqual(preview(new Uint8Array([0, 255])), { kind: "hex", line: "00 ff", text: "00 ff", cut: false });
  for (const odd of ["a\u0000", "\u202egnp.exe", "a\u200b", "\u001b[2J", "\ufeffx", "\u2066x"]) {
    assert.equal(preview(utf8(odd)).kind, "hex", hex(utf8(odd)));
  }
});

test("a long entry is cut, not amid a character, and its line is short", () => {
  const long = preview(utf8("å".repeat(5000) + "x"));
  assert.deepEqual([long.kind, long.cut, long.text.length, [...long.line].length], ["text", true, 2048, 160]);
  const odd = preview(utf8("x" + "å".repeat(5000)));
  assert.deepEqual([odd.kind, odd.cut, odd.text.length], ["text", true, 2048]);
  const binary = preview(new Uint8Array(1000).fill(129));
  assert.deepEqual([binary.kind, binary.cut, binary.line.endsWith("81 …")], ["hex", true, true]);
});

test("keys and addresses are told from what is not", () => {
  assert.ok(isKey("a".repeat(64)) && isKey("y".repeat(52)) && !isKey("y".repeat(51)) && !isKey("l".repeat(52)));
  const { good, wrong } = readAddresses(" 192.0.2.7:7651, [2001:db8::1]:1\nhost.example:65535 host h:0 h:65536 ::1:5 ");
  assert.deepEqual(good, ["192.0.2.7:7651", "[2001:db8::1]:1", "host.example:65535"]);
  assert.deepEqual(wrong, ["host", "h:0", "h:65536", "::1:5"]);
});

test("an address answers when a connection has it, or a name has its port", () => {
  const at = (address: string): { address: string } => ({ address });
  const answers = answersOf(
    ["192.0.2.7:1", "192.0.2.8:1", "localhost:2", "a.example:3", "b.example:3"],
    [at("192.0.2.7:1"), at("127.0.0.1:2"), at("192.0.2.9:3")]);
  assert.deepEqual([...answers.values()].map(peer => peer?.address),
    ["192.0.2.7:1", undefined, "127.0.0.1:2", "192.0.2.9:3", undefined]);
});

test("the newest entries are shown, and only what is new is read", () => {
  const window = new EntryWindow();
  window.follow(30, 0);
  assert.deepEqual([window.from, window.to, window.wanted()], [10, 30, [10, 20]]);
  window.take(Array.from({ length: 20 }, (_, i) => [10 + i, utf8(`${i}`)] as const), [10, 20], false);
  assert.equal(window.wanted(), undefined);
  window.follow(32, 0);
  assert.deepEqual(window.wanted(), [30, 2]);
  window.expire();
  assert.deepEqual(window.wanted(), [12, 20]);
  assert.equal(window.data(13)?.length, 1);
  window.take([[12, utf8("twelve")], [31, utf8("last")]], [12, 20], false);
  assert.deepEqual([window.data(12)?.length, window.data(13), window.isAbsent(13)], [6, undefined, true]);
  assert.deepEqual([window.gap, window.wanted()], [[13, 30], [13, 19]]);
});

test("entries stand still while somebody points at them, and a cut-back log is read anew", () => {
  const window = new EntryWindow();
  window.follow(5, 0);
  window.hold();
  window.follow(9, 0);
  assert.deepEqual([window.to, window.unseen, window.release(), window.to], [5, 4, true, 9]);
  window.take([[0, utf8("old")]], [0, 9], true);
  assert.ok(window.isUnread(1) && !window.isUnread(0) && !window.isAbsent(1));
  assert.equal(window.gap, undefined);
  window.follow(3, 1);
  assert.deepEqual([window.data(0)?.length, window.to, window.wanted()], [3, 3, [0, 3]]);
  window.follow(100, 1);
  window.go(40);
  assert.deepEqual([window.from, window.to, window.unseen], [20, 40, 0]);
  window.take([[22, utf8("here")], [90, utf8("beyond")]], [20, 20], true);
  assert.deepEqual([window.data(22)?.length, window.data(90), window.isAbsent(39), window.isUnread(39), window.gap],
    [4, undefined, true, false, [20, 39]]);
  window.go(5);
  assert.deepEqual([window.from, window.to], [0, 20]);
  window.go(200);
  assert.deepEqual([window.from, window.to], [80, 100]);
});

test("a verification tells the worst it found", () => {
  speak("en");
  const at = (...messages: Parameters<Verdict["with"]>[0][]): Verdict =>
    messages.reduce((verdict, message) => verdict.with(message), Verdict.none);
  assert.equal(at({ entries: "5" }).kind, "unfinished");
  assert.equal(at({ entries: "5", done: true }).kind, "signature");
  assert.equal(at({ done: true }).kind, "empty");
  assert.equal(at({ entries: "5", absent: "2", signatureValid: true, done: true }).kind, "fine");
  const damaged = at({ damaged: ["7"] }, { damaged: ["2", "7"], signatureValid: true, done: true });
  assert.deepEqual([damaged.kind, damaged.list(String)], ["damaged", "2, 7"]);
});

test("an event tells what a log is like now", () => {
  const own: Log = { name: "logs/a", writable: true, length: "5", contiguousLength: "5" };
  assert.deepEqual(after(own, { kind: "APPENDED", length: "7" }),
    { ...own, length: "7", contiguousLength: "7", fork: "0", frozen: false });
  const theirs: Log = { name: "logs/a", length: "5", contiguousLength: "5" };
  assert.equal(after(theirs, { kind: "APPENDED", length: "7" }).contiguousLength, "5");
  assert.equal(after(own, { kind: "TRUNCATED", length: "2", fork: "1" }).contiguousLength, "2");
  assert.equal(after(own, { kind: "FROZEN", length: "5" }).frozen, true);
});

test("logs have names, an order and an address", () => {
  const log = (key: string, label = ""): Log => ({ name: `logs/${key.repeat(64)}`, key: key.repeat(52), label });
  assert.deepEqual([titleOf(log("b")), titleOf(log("b", "diary"))], ["bbbb…bbbb", "diary"]);
  assert.deepEqual([confirmationOf(log("b")), confirmationOf(log("b", "diary"))], ["bbbbbbbb", "diary"]);
  assert.deepEqual(inOrder([log("b"), log("c", "z"), log("a"), log("d", "m")]).map(titleOf),
    ["m", "z", "aaaa…aaaa", "bbbb…bbbb"]);
  assert.deepEqual(parseRoute("/app/logs", "?new"), { page: "logs", ask: "new" });
  assert.deepEqual(parseRoute("/app/logs", "?x"), { page: "logs", ask: "" });
  assert.deepEqual(parseRoute("/app/logs/diary"), { page: "log", key: "diary" });
});
