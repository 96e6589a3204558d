// What the services of `samtala.registry.v1` answer, as proto3 JSON: an int64 is a string, a member with its default
// value may be missing.

/** `samtala.registry.v1.Mirror.UpstreamState`. */
export type UpstreamState = "UPSTREAM_STATE_UNSPECIFIED" | "UNKNOWN" | "REACHABLE" | "UNREACHABLE" | "NONE";

/** `samtala.registry.v1.Mirror`. */
export interface Mirror {
  mirror: string;
  clientUrl?: string;
  upstreamSetting?: string;
  upstreamUrl?: string;
  upstreamState?: UpstreamState;
  upstreamError?: string;
  upstreamRetryTime?: string;
  counters?: MirrorCounters;
}

/** `samtala.registry.v1.MirrorCounters`. */
export interface MirrorCounters {
  misses?: string;
  upstreamRequests?: string;
  upstreamBytes?: string;
  upstreamFailures?: string;
  refused?: string;
  peerFiles?: string;
  peerBytes?: string;
}

/** `samtala.registry.v1.Stats`. */
export interface Stats {
  requests?: string;
  hits?: string;
  misses?: string;
  bytesServed?: string;
  bytesFetched?: string;
  refused?: string;
  mirrors?: Mirror[];
}

/** `samtala.registry.v1.Sharing`. */
export interface Sharing {
  key?: string;
  peer?: string;
  length?: string;
  pending?: number;
  complete?: boolean;
  error?: string;
}

/** `samtala.registry.v1.FollowedMirror.State`. */
export type FollowedState = "STATE_UNSPECIFIED" | "CONNECTED" | "AWAY" | "CONNECTING" | "BROKEN";

/** `samtala.registry.v1.FollowedMirror`. */
export interface FollowedMirror {
  key: string;
  state?: FollowedState;
  length?: string;
  peers?: FollowedPeer[];
  error?: string;
}

/** `samtala.registry.v1.FollowedPeer`. */
export interface FollowedPeer {
  address: string;
  connected?: boolean;
  sinceTime?: string;
  error?: string;
}

/** `samtala.registry.v1.Package`. */
export interface Package {
  package: string;
  fetchTime?: string;
  files?: PackageFile[];
}

/** `samtala.registry.v1.PackageFile`. */
export interface PackageFile {
  file: string;
  size?: string;
  sha512?: string;
  fetchTime?: string;
}

/** `samtala.registry.v1.VerifyProgress`. */
export interface VerifyProgress {
  files?: string;
  bytes?: string;
  damaged?: string;
  damagedFiles?: string[];
  done?: boolean;
}

/** `samtala.registry.v1.Download`. */
export interface Download {
  time?: string;
  mirror?: string;
  path?: string;
  status?: number;
  bytes?: string;
  source?: "SOURCE_UNSPECIFIED" | "CACHE" | "MIRROR";
}

/** An ecosystem's name for people. */
export function ecosystem(mirror: string | undefined): string {
  switch (mirror) {
    case "npm": return "npm";
    case "nuget": return "NuGet";
    default: return mirror ?? "";
  }
}

/** What to type on another node so that it follows this one. */
export function followCommand(key: string, peer: string | undefined): string {
  return `samtala registry follow ${key}${peer ? ` --peer ${peer}` : ""}`;
}

/** The command that makes a package client use a mirror. */
export function clientCommand(mirror: Mirror): string {
  const url = mirror.clientUrl ?? "";
  switch (mirror.mirror) {
    case "npm": return `npm config set registry ${url}`;
    case "nuget": return `dotnet nuget add source ${url} --name samtala --allow-insecure-connections`;
    default: return url;
  }
}
