// What LogService answers: proto3 JSON of proto/samtala/node/v1/log.proto (an int64 is a string; a member with its
// default value may be missing).
import { shortKey } from "../../sdk/format.ts";

/** `samtala.node.v1.Log`. */
export interface Log {
  /** `logs/{key}`, the key in 64 hexadecimal digits. */
  name: string;
  label?: string;
  /** What one gives to others: 52 characters. */
  key?: string;
  discoveryKey?: string;
  length?: string;
  byteLength?: string;
  fork?: string;
  contiguousLength?: string;
  writable?: boolean;
  shared?: boolean;
  frozen?: boolean;
  peers?: string[];
  downloadAll?: boolean;
  encrypted?: boolean;
  connectedPeers?: number;
  problem?: string;
  /** An own log that may not be the newest there is, and is therefore not written. */
  unconfirmed?: boolean;
}

/** `samtala.node.v1.LogEntry`; the data is base64. */
export interface LogEntry {
  index?: string;
  data?: string;
}

/** `samtala.node.v1.LogEvent`. */
export interface LogEvent {
  kind?: "KIND_UNSPECIFIED" | "APPENDED" | "TRUNCATED" | "DOWNLOADED" | "CLEARED" | "FROZEN";
  length?: string;
  fork?: string;
  start?: string;
  count?: string;
  time?: string;
}

/** `samtala.node.v1.LogPeer`; `has` is base64. */
export interface LogPeer {
  peer?: string;
  address?: string;
  length?: string;
  has?: string;
  receivedBytes?: string;
  sentBytes?: string;
  roundTripMs?: number;
}

/** `samtala.node.v1.LogAvailability`; `here` is base64. */
export interface LogAvailability {
  length?: string;
  here?: string;
  peers?: LogPeer[];
}

/** `samtala.node.v1.VerifyLogProgress`. */
export interface VerifyLogProgress {
  entries?: string;
  bytes?: string;
  absent?: string;
  damaged?: string[];
  signatureValid?: boolean;
  done?: boolean;
}

/** `samtala.node.v1.LogHead`; bytes are base64. */
export interface LogHead {
  fork?: string;
  length?: string;
  treeHash?: string;
  signature?: string;
  conflict?: string[];
}

/** A number that JSON may hold as text or leave out. */
export function int(value: string | number | undefined): number {
  return Number(value ?? 0);
}

/** The key in 64 hexadecimal digits. */
export function hexOf(log: Log): string {
  return log.name.slice(log.name.indexOf("/") + 1);
}

/** The key as one gives it to others. */
export function keyOf(log: Log): string {
  return log.key || hexOf(log);
}

/** Whether this node is the writer, also of a log that it may not write now. */
export function isOwn(log: Log): boolean {
  return log.writable === true || log.unconfirmed === true || (log.frozen === true && (log.peers ?? []).length === 0);
}

/** What a log is called: its label, else its key in short form. */
export function titleOf(log: Log): string {
  return log.label || shortKey(keyOf(log));
}

/** What must be typed before something is done that cannot be undone. */
export function confirmationOf(log: Log): string {
  return log.label || keyOf(log).slice(0, 8);
}

/** A log after what an event tells, as far as it does. What this node writes itself is here at once. */
export function after(log: Log, { kind, length = "0", fork = "0" }: LogEvent): Log {
  const whole = log.writable === true && (log.contiguousLength ?? "0") === (log.length ?? "0");
  const contiguousLength = whole && kind === "APPENDED" ? length
    : String(Math.min(int(log.contiguousLength), int(length)));
  return { ...log, length, fork, contiguousLength, frozen: log.frozen === true || kind === "FROZEN" };
}

/** Those with a label first, by label; the others by key. */
export function inOrder(logs: readonly Log[]): Log[] {
  const rank = (log: Log): string => (log.label ? `0${log.label}` : `1${hexOf(log)}`);
  return [...logs].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}
