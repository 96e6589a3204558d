/**
 * Does something again and again at the pace of changes, but one at a time and with a pause between, so that a thousand
 * changes a second cost a few readings. After the last change it is always done once more.
 */
export class Steady {
  private readonly _act: () => Promise<void>;
  private readonly _pause: number;
  private _busy = false;
  private _again = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;

  /** `pause`: milliseconds from the end of one to the beginning of the next. */
  constructor(act: () => Promise<void>, pause = 250) {
    this._act = act;
    this._pause = pause;
  }

  /** Something changed. */
  readonly changed = (): void => {
    this._again = true;
    if (!this._busy) void this._run();
  };

  /** Forgets what is still to be done. */
  stop(): void {
    this._again = false;
    this._busy = false;
    clearTimeout(this._timer);
  }

  private async _run(): Promise<void> {
    this._busy = true;
    this._again = false;
    await this._act();
    clearTimeout(this._timer);
    this._timer = setTimeout(() => {
      this._busy = false;
      if (this._again) void this._run();
    }, this._pause);
  }
}
