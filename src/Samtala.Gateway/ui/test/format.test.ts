import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, duration, relative, shortKey } from "../sdk/format.ts";
import { Problem } from "../sdk/problem.ts";
import { parseRoute } from "../shell/route.ts";
import { speak } from "./page.ts";

test("bytes are told in the largest unit that fits", () => {
  speak("en");
  const told = [0, 999, 1000, "1234567", 999_949, 999_950, 5e15].map(value => bytes(value).replace("\u00a0", " "));
  assert.deepEqual(told, ["0 B", "999 B", "1 kB", "1.2 MB", "999.9 kB", "1 MB", "5,000 TB"]);
  assert.equal(bytes(undefined).replace("\u00a0", " "), "0 B");
});

test("a duration is told in its two largest units", () => {
  const told = ["0s", "59.9s", "61s", "3600s", "93784s"].map(value => duration(value).replaceAll("\u00a0", " "));
  assert.deepEqual(told, ["0 s", "59 s", "1 min 1 s", "1 h", "1 d 2 h"]);
});

test("a time is told from now", () => {
  speak("en");
  const now = Date.UTC(2026, 0, 2);
  assert.equal(relative(new Date(now - 3_600_000), now), "1 hour ago");
  assert.equal(relative(new Date(now + 120_000), now), "in 2 minutes");
  assert.equal(relative(new Date(now - 200), now), "now");
});

test("a key is shortened, a short one is not", () => {
  assert.equal(shortKey("0123456789abcdef"), "0123…cdef");
  assert.equal(shortKey("0123"), "0123");
});

test("a problem is read whatever the body is", () => {
  const body = { title: "Not possible now", detail: "busy", help: "Wait.", code: "SAM0001",
    errors: [{ field: "path", detail: "is empty" }, 5] };
  const problem = Problem.from(400, body);
  assert.deepEqual([problem.message, problem.why, problem.remedy, problem.code],
    ["Not possible now", "busy path: is empty", "Wait.", "SAM0001"]);
  const ofService = { title: "The request is wrong", detail: "It has no plugin.json." };
  assert.equal(Problem.from(400, ofService).message, "It has no plugin.json.");
  for (const odd of [undefined, null, 5, "text", [], { title: 5, errors: "x" }]) {
    assert.equal(Problem.from(500, odd).message, "");
  }
  assert.equal(Problem.from(500, { help: "https://example.test/" }).remedy, "");
});

test("a problem of another bundle is still a problem", () => {
  const other = Object.assign(new Error("gone"), { name: "Problem", status: 0, why: "", remedy: "", code: "" });
  assert.ok(Problem.of(other).offline);
  assert.equal(Problem.of(new TypeError("a defect")).status, -1);
  assert.equal(Problem.of("text").message, "text");
});

test("an address is a page", () => {
  assert.deepEqual(parseRoute("/"), { page: "home" });
  assert.deepEqual(parseRoute("/app/plugins"), { page: "plugins" });
  assert.deepEqual(parseRoute("/app/plugins/registry"), { page: "plugin", id: "registry" });
  assert.deepEqual(parseRoute("/app/p/registry/a/b"), { page: "app", id: "registry", rest: "a/b" });
  assert.deepEqual(parseRoute("/app/settings/tokens"), { page: "settings", section: "tokens" });
  assert.deepEqual(parseRoute("/app/%"), { page: "unknown", path: "/app/%" });
  assert.deepEqual(parseRoute("/elsewhere"), { page: "unknown", path: "/elsewhere" });
});
