// Put, get, watch, blob. Node.js 18 or newer, no packages.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";

const url = process.env.SAMTALA_URL ?? "http://127.0.0.1:7650";
const data = process.env.SAMTALA_DATA ?? `${process.env.XDG_DATA_HOME ?? `${homedir()}/.local/share`}/samtala`;
const token = process.env.SAMTALA_TOKEN ?? readFileSync(`${data}/api.token`, "utf8").trim();

async function api(path, method = "GET", body, headers = {}) {
  const answer = await fetch(url + path, { method, body, headers: { authorization: `Bearer ${token}`, ...headers } });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer;
}
const put = (text) =>
  api("/v1/stores/demo/keys/greeting", "PUT", JSON.stringify({ text }), { "content-type": "application/json" });

await put("hello");
console.log((await (await api("/v1/stores/demo/keys/greeting")).json()).text);

// The first event is a bookmark: what changes after it is told.
const watch = await api("/v1/stores/demo/keys:watch", "GET", undefined, { accept: "application/x-ndjson" });
watching: for await (const lines of watch.body.pipeThrough(new TextDecoderStream())) {
  for (const event of lines.split("\n").filter(Boolean).map(JSON.parse)) {
    if (event.event === "BOOKMARK") await put("hello again");
    else if (event.event === "SET") { console.log(event.event, event.entry.text); break watching; }
  }
}

const blob = await (await api("/v1/blobs", "POST", "some bytes", { "content-type": "application/octet-stream" })).json();
console.log(await (await api(`/v1/${blob.name}`)).text());
