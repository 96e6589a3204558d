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
  const colon = grant.indexOf(":");
  const kind = colon < 0 ? grant : grant.slice(0, colon);
  const what = colon < 0 ? "" : grant.slice(colon + 1);
  switch (kind) {
    case "state": return say("grantState");
    case "blobs": return say("grantBlobs");
    case "answers": return say("grantAnswers");
    case "fetch": return say("grantFetch", { what: what === "" || what === "*" ? say("grantFetchAny") : what });
    case "commands": return say("grantCommands", { what });
    case "logs": return say("grantLogs");
    case "documents": return say("grantDocuments");
    case "swarm": return say("grantSwarm");
    default: return grant;
  }
}
