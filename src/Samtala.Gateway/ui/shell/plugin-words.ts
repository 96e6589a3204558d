import { type IconName, type Plugin, type PluginStateName, type Tone } from "../sdk/index.ts";
import { say } from "./catalogue.ts";

const TONES: Record<PluginStateName, Tone> = {
  STATE_UNSPECIFIED: "plain", DISABLED: "plain", STARTING: "accent", RUNNING: "positive",
  CRASHED: "danger", UNSUPPORTED: "danger", AWAITING_CONSENT: "warning",
};

/** A plugin's name for people. */
export function nameOf(plugin: Plugin): string {
  return plugin.displayName || plugin.id;
}

/** A plugin's picture in menus. */
export function iconOf(plugin: Plugin): IconName {
  return plugin.id === "registry" ? "package" : "app";
}

/** A state as a word and a colour. */
export function stateOf(state: PluginStateName | undefined): { text: string; tone: Tone } {
  const known = state !== undefined && state in TONES ? state : "STATE_UNSPECIFIED";
  return { text: say(known), tone: TONES[known] };
}

/** True when somebody must do something about it. */
export function needsAttention(state: PluginStateName | undefined): boolean {
  return state === "CRASHED" || state === "UNSUPPORTED" || state === "AWAITING_CONSENT";
}

/** A grant in plain words; an unknown one as it is written. */
export function grantWords(grant: string): string {
  const [kind = "", what = ""] = grant.split(/:(.*)/s, 2);
  switch (kind) {
    case "state": return say("grantState");
    case "blobs": return say("grantBlobs");
    case "logs": return say("grantLogs");
    case "answers": return say("grantAnswers");
    case "fetch":
      return what === "*" ? say("grantFetchAny")
        : what === "private" ? say("grantFetchPrivate") : say("grantFetch", { what });
    case "run": return say("grantRun", { what });
    default: return grant;
  }
}

/** What a plugin asks for and does not have yet. `fetch:*` covers every public host. */
export function missingGrants(plugin: Plugin): string[] {
  const grants = plugin.grants ?? [];
  const anywhere = grants.includes("fetch:*");
  return (plugin.needs ?? []).filter(need => !grants.includes(need)
    && !(anywhere && need.startsWith("fetch:") && need !== "fetch:private"));
}
