// Bundles the dashboard with esbuild (Node.js 18 or later).
//   node build.mjs shell OUT            the shell into the folder OUT
//   node build.mjs plugin FOLDER FILE   a plugin's page FOLDER/page.ts into the ES module FILE
//   node build.mjs test OUT             the unit tests into the folder OUT, for node --test
import { build } from "esbuild";
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** What every bundle has in common. No source maps: the sources are in the repository, the page stays small. */
const common = {
  bundle: true,
  minify: true,
  legalComments: "none",
  charset: "utf8",
  target: ["es2022"],
  logLevel: "warning",
  conditions: ["production"],
  external: ["/ui/*"],
};

async function buildShell(out) {
  const assets = join(out, "assets");
  await rm(out, { recursive: true, force: true });
  await mkdir(assets, { recursive: true });
  await build({ ...common, format: "esm", entryPoints: { shell: join(here, "shell/main.ts") }, outdir: assets });
  await build({ ...common, format: "iife", entryPoints: { theme: join(here, "theme.ts") }, outdir: assets });
  await build({ ...common, entryPoints: { shell: join(here, "shell.css") }, outdir: assets });
  await cp(join(here, "icon.svg"), join(assets, "icon.svg"));
  await cp(join(here, "index.html"), join(out, "index.html"));
}

async function buildPlugin(folder, file) {
  await mkdir(dirname(file), { recursive: true });
  await build({ ...common, format: "esm", entryPoints: [join(folder, "page.ts")], outfile: file });
}

async function buildTests(out) {
  const tests = (await readdir(join(here, "test"))).filter(name => name.endsWith(".test.ts"));
  await rm(out, { recursive: true, force: true });
  const entryPoints = tests.map(name => join(here, "test", name));
  const outExtension = { ".js": ".mjs" };
  await build({ ...common, minify: false, format: "esm", platform: "node", entryPoints, outdir: out, outExtension });
}

const [what, ...paths] = process.argv.slice(2);
if (what === "shell" && paths.length === 1) await buildShell(resolve(paths[0]));
else if (what === "plugin" && paths.length === 2) await buildPlugin(resolve(paths[0]), resolve(paths[1]));
else if (what === "test" && paths.length === 1) await buildTests(resolve(paths[0]));
else {
  console.error("usage: build.mjs shell OUT | plugin FOLDER FILE | test OUT");
  process.exitCode = 2;
}
