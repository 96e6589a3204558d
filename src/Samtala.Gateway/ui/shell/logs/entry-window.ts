/** How many entries are shown at once. */
export const SHOWN = 20;

/**
 * The entries that are shown: the newest ones, or those before an index. Holds their bytes, and knows which are still
 * to be read, so that a growing log costs only what is new.
 */
export class EntryWindow {
  /** Before which index somebody chose to look; undefined shows the newest. */
  fixed: number | undefined;
  /** How often the log was cut back. */
  fork = 0;

  private _length = 0;
  private _held: number | undefined;
  private readonly _entries = new Map<number, Uint8Array>();
  /** Those that were read and are still as they were. */
  private readonly _known = new Set<number>();
  private readonly _absent = new Set<number>();
  private readonly _unread = new Set<number>();

  /** Before which index it ends. */
  get to(): number {
    return Math.min(this._length, this.fixed ?? this._held ?? this._length);
  }

  /** The first index. */
  get from(): number {
    return Math.max(0, this.to - SHOWN);
  }

  /** How many entries came since the window stands still because somebody points at it. */
  get unseen(): number {
    return this.fixed === undefined && this._held !== undefined ? Math.max(0, this._length - this._held) : 0;
  }

  /** Takes the log's length and fork. True when everything is to be read again. */
  follow(length: number, fork: number): boolean {
    const stale = fork !== this.fork || length < this._length;
    if (stale) {
      // What is shown stays until it was read anew, so that nothing flickers; most of it is still the same.
      this.expire();
      this._held = undefined;
    }
    this._length = length;
    this.fork = fork;
    return stale;
  }

  /** Everything is to be read again; it is shown as it was until then. */
  expire(): void {
    this._known.clear();
    this._unread.clear();
  }

  /** Shows the entries before an index, or the newest. */
  go(to: number | undefined): void {
    this.fixed = to === undefined || to >= this._length ? undefined : Math.max(to, Math.min(SHOWN, this._length));
    this._held = undefined;
  }

  /** Stands still. */
  hold(): void {
    this._held ??= this._length;
  }

  /** Moves on with the log. True when there is more to show. */
  release(): boolean {
    const missed = this.unseen > 0;
    this._held = undefined;
    return missed;
  }

  data(index: number): Uint8Array | undefined {
    return this._entries.get(index);
  }

  /** True for an entry that is here, but was too long to be read with the others. */
  isUnread(index: number): boolean {
    return this._unread.has(index);
  }

  /** True for an entry that is not here. */
  isAbsent(index: number): boolean {
    return this._absent.has(index);
  }

  /** The first and the last shown entry that is not here. */
  get gap(): readonly [first: number, last: number] | undefined {
    const absent = [...this._absent].filter(index => index >= this.from && index < this.to);
    return absent.length === 0 ? undefined : [Math.min(...absent), Math.max(...absent)];
  }

  /** The first entry to be read and how many, or nothing when all are known. */
  wanted(): [start: number, count: number] | undefined {
    for (let index = this.from; index < this.to; index++) {
      if (!this._known.has(index) && !this._unread.has(index)) return [index, this.to - index];
    }
    return undefined;
  }

  /** Takes what was read of `wanted`. What is left out is not here; after a page that ended early it is unread. */
  take(entries: readonly (readonly [number, Uint8Array])[], wanted: readonly [number, number], cut: boolean): void {
    const [start, count] = wanted;
    const read = new Map(entries);
    // Entries that are not here are passed over, so a page may reach beyond what was wanted.
    const end = cut ? Math.min(start + count, Math.max(start, ...read.keys()) + 1) : start + count;
    for (let index = start; index < end; index++) this._forget(index);
    for (let index = start; index < end; index++) this._absent.add(index);
    for (let index = end; index < start + count; index++) this._unread.add(index);
    for (const [index, data] of read) this.put(index, data);
    for (const index of [...this._entries.keys(), ...this._absent]) {
      if (index < this.from || index >= this.to) this._forget(index);
    }
  }

  put(index: number, data: Uint8Array): void {
    this._entries.set(index, data);
    this._known.add(index);
    this._absent.delete(index);
    this._unread.delete(index);
  }

  private _forget(index: number): void {
    this._entries.delete(index);
    this._known.delete(index);
    this._absent.delete(index);
  }
}
