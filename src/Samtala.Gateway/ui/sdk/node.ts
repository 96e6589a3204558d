// What the node's own services answer: proto3 JSON of proto/samtala/node/v1 (an int64 is a string; a member with its
// default value may be missing).

/** `samtala.node.v1.NodeStatus`. */
export interface NodeStatus {
  version?: string;
  startTime?: string;
  uptime?: string;
  device?: string;
  http?: string;
  grpc?: string;
  socket?: string;
  data?: string;
  memoryBytes?: string;
  diskBytes?: string;
  plugins?: { id: string; state: PluginStateName }[];
  fetchedBytes?: string;
  servedBytes?: string;
}

/** `samtala.node.v1.Plugin.State`. */
export type PluginStateName =
  | "STATE_UNSPECIFIED" | "DISABLED" | "STARTING" | "RUNNING" | "CRASHED" | "UNSUPPORTED" | "AWAITING_CONSENT";

/** `samtala.node.v1.Plugin`. */
export interface Plugin {
  name: string;
  id: string;
  displayName?: string;
  description?: string;
  version?: string;
  state?: PluginStateName;
  reason?: string;
  needs?: string[];
  /** Writes it answers without a token, to clients on the node's machine only. */
  anonymous?: string[];
  grants?: string[];
  isolation?: string;
  services?: string[];
  ui?: string;
  crashCount?: number;
  retryTime?: string;
  bundled?: boolean;
}

/** `samtala.node.v1.PluginLogLine`. */
export interface PluginLogLine {
  time?: string;
  level?: string;
  message?: string;
}

/** `samtala.node.v1.Finding`. */
export interface Finding {
  level?: "OK" | "WARNING" | "PROBLEM";
  subject?: string;
  detail?: string;
  remedy?: string;
  code?: string;
}

/** `samtala.node.v1.Token`. */
export interface Token {
  name: string;
  displayName?: string;
  scopes?: string[];
  createTime?: string;
  expireTime?: string;
}
