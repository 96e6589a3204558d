import type { LogPeer } from "./log.ts";

const HEX = /^[0-9a-f]{64}$/i;
const ZBASE32 = /^[ybndrfg8ejkmcpqxot1uwisza345h769]{52}$/i;
const HOST_PORT = /^(?:\[[0-9a-f:.]+(?:%[\w.-]+)?\]|[^\s:/@[\]]+):(\d{1,5})$/i;
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|\[::ffff:127\.\d+\.\d+\.\d+\])$/i;

/** What the owner may call a log: the rule of the node, for the form. */
export const LABEL = "[a-z0-9._\\-]{1,63}";

/** True for a log's key as people give it to each other. */
export function isKey(text: string): boolean {
  return HEX.test(text) || ZBASE32.test(text);
}

/** True for the key to encrypted entries. */
export function isSecret(text: string): boolean {
  return HEX.test(text);
}

/** Reads addresses separated by spaces, commas or lines: those that are HOST:PORT, and those that are not. */
export function readAddresses(text: string): { good: string[]; wrong: string[] } {
  const good: string[] = [];
  const wrong: string[] = [];
  for (const part of text.split(/[\s,;]+/).filter(part => part !== "")) {
    const port = Number(HOST_PORT.exec(part)?.[1] ?? 0);
    const list = port >= 1 && port <= 65_535 ? good : wrong;
    if (!list.includes(part)) list.push(part);
  }
  return { good, wrong };
}

/**
 * Who answers at each address one follows a log from. A connection tells an IP address; a name is taken to be the one
 * connection with its port that no other address explains.
 */
export function answersOf(
  addresses: readonly string[], connected: readonly LogPeer[]): Map<string, LogPeer | undefined> {
  const left = [...connected];
  const answers = new Map<string, LogPeer | undefined>(addresses.map(address => [address, undefined]));
  for (const same of [isSame, isAlike]) {
    for (const address of addresses) {
      if (answers.get(address)) continue;
      const at = left.findIndex(peer => same(address, peer.address ?? ""));
      if (at >= 0) answers.set(address, left.splice(at, 1)[0]);
    }
  }
  return answers;
}

function isSame(wanted: string, found: string): boolean {
  return wanted.toLowerCase() === found.toLowerCase();
}

function isAlike(wanted: string, found: string): boolean {
  const [host, port] = split(wanted);
  const [otherHost, otherPort] = split(found);
  if (port !== otherPort || port === "") return false;
  return LOOPBACK.test(host) ? LOOPBACK.test(otherHost) : /[a-z]/i.test(host) && !host.startsWith("[");
}

function split(address: string): [string, string] {
  const colon = address.lastIndexOf(":");
  return colon < 0 ? [address, ""] : [address.slice(0, colon), address.slice(colon + 1)];
}
