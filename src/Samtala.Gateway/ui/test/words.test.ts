import assert from "node:assert/strict";
import { test } from "node:test";
import { words as registryWords } from "../../../../plugins/Samtala.Plugins.Registry/ui/catalogue.ts";
import { commonWords } from "../sdk/common-words.ts";
import { speaker, type Catalogue } from "../sdk/words.ts";
import { words as shellWords } from "../shell/catalogue.ts";
import { words as logWords } from "../shell/logs/catalogue.ts";
import { speak } from "./page.ts";

const CATALOGUES: Record<string, Catalogue> = { commonWords, shellWords, logWords, registryWords };

function holes(text: string): string[] {
  return [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
}

test("every word has an English and a Swedish side with the same holes", () => {
  for (const [name, catalogue] of Object.entries(CATALOGUES)) {
    for (const [key, [english, swedish]] of Object.entries(catalogue)) {
      assert.ok(english.trim() !== "" && swedish.trim() !== "", `${name}.${key} is empty`);
      assert.deepEqual(holes(english), holes(swedish), `${name}.${key}`);
    }
  }
});

test("one and many have words of their own", () => {
  const say = speaker({ files: ["{n} file|{n} files", "{n} fil|{n} filer"] });
  speak("en");
  assert.equal(say("files", { n: 1 }), "1 file");
  assert.equal(say("files", { n: 1200 }), "1,200 files");
  speak("sv");
  assert.equal(say("files", { n: 0 }), "0 filer");
});
