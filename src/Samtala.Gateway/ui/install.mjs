// Installs the npm packages that package-lock.json names, unless they are. Two builds that run at once (or two projects
// of one build) wait for each other, because `npm ci` begins by deleting what the other has just written.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const lock = join(root, "artifacts/obj/ui/installing");
const installed = join(root, "node_modules/.package-lock.json");

function timeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Whether the process that took the lock has died. */
function isAbandoned() {
  try {
    const since = statSync(lock).mtimeMs;
    const pid = Number(readFileSync(lock, "utf8"));
    return pid === 0 ? Date.now() - since > 10_000 : !isAlive(pid);
  } catch (error) {
    // Released meanwhile.
    if (error.code === "ENOENT") return false;
    throw error;
  }
}

/** Takes the lock; false while a living process has it. */
function tryLock() {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  if (isAbandoned()) rmSync(lock, { force: true });
  return false;
}

mkdirSync(dirname(lock), { recursive: true });
while (!tryLock()) await new Promise(done => setTimeout(done, 100));
try {
  if (timeOf(installed) < timeOf(join(root, "package-lock.json"))) {
    // No package of ours needs an install script, so none may run.
    const options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const run = spawnSync("npm", options, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
    if (run.error) throw run.error;
    process.exitCode = run.status ?? 1;
    if (run.status === 0) utimesSync(installed, new Date(), new Date());
  }
} finally {
  rmSync(lock, { force: true });
}
