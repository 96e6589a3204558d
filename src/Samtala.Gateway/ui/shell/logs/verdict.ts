import { number } from "../../sdk/words.ts";
import { int, type VerifyLogProgress } from "./log.ts";

/** How many damaged entries are told by their number. */
const TOLD_MAX = 20;

/** What a verification has found so far. */
export class Verdict {
  static readonly none = new Verdict(0, 0, 0, [], false, false);

  private constructor(
    readonly entries: number,
    /** Bytes of the entries. */
    readonly size: number,
    /** Entries that are not here. */
    readonly absent: number,
    /** The numbers of damaged entries, in order. */
    readonly damaged: readonly number[],
    readonly signatureValid: boolean,
    readonly done: boolean) {}

  /** Takes the next message; damaged entries of all messages count. */
  with(progress: VerifyLogProgress): Verdict {
    const damaged = new Set([...this.damaged, ...(progress.damaged ?? []).map(int)]);
    return new Verdict(
      int(progress.entries), int(progress.bytes), int(progress.absent), [...damaged].sort((a, b) => a - b),
      progress.signatureValid === true, progress.done === true);
  }

  /** The worst that is known. */
  get kind(): "unfinished" | "empty" | "fine" | "damaged" | "signature" {
    if (this.damaged.length > 0) return "damaged";
    if (!this.done) return "unfinished";
    if (this.entries + this.absent === 0 && !this.signatureValid) return "empty";
    return this.signatureValid ? "fine" : "signature";
  }

  /** The damaged entries as text. */
  list(more: (n: number) => string): string {
    const told = this.damaged.slice(0, TOLD_MAX).map(index => number(index));
    if (this.damaged.length > TOLD_MAX) told.push(more(this.damaged.length - TOLD_MAX));
    return told.join(", ");
  }
}
