import type { ReactiveController, ReactiveControllerHost } from "lit";
import { Problem } from "./problem.ts";

/** How long an answer may take before a skeleton is shown (milliseconds). */
const SKELETON_AFTER = 150;

/** Reads something for a page and knows how that is going. A reload keeps what is shown until the answer is there. */
export class Loader<T> implements ReactiveController {
  /** What was read last. */
  value: T | undefined;
  /** Why the last reading failed, if it did. */
  problem: Problem | undefined;
  /** True once there is nothing to show and the answer takes its time. */
  slow = false;

  private readonly _host: ReactiveControllerHost;
  private readonly _read: (signal: AbortSignal) => Promise<T>;
  private readonly _every: number;
  private _abort: AbortController | undefined;
  private _timer = 0;

  /** `every`: milliseconds between readings while the page is seen; 0 reads once. */
  constructor(host: ReactiveControllerHost, read: (signal: AbortSignal) => Promise<T>, every = 0) {
    this._host = host;
    this._read = read;
    this._every = every;
    host.addController(this);
  }

  hostConnected(): void {
    void this.reload();
  }

  hostDisconnected(): void {
    this._abort?.abort();
    clearTimeout(this._timer);
    document.removeEventListener("visibilitychange", this._seen);
  }

  /** Reads again, now. */
  readonly reload = async (): Promise<void> => {
    this._abort?.abort();
    clearTimeout(this._timer);
    const abort = new AbortController();
    this._abort = abort;
    const slow = setTimeout(() => this._show(() => { this.slow = this.value === undefined; }), SKELETON_AFTER);
    try {
      const value = await this._read(abort.signal);
      if (abort.signal.aborted) return;
      this._show(() => { this.value = value; this.problem = undefined; });
    } catch (error) {
      if (abort.signal.aborted) return;
      this._show(() => { this.problem = Problem.of(error); });
    } finally {
      clearTimeout(slow);
      if (this._abort === abort) this._again();
    }
  };

  /** Puts a value in place at once, before the node has told of it. */
  set(value: T): void {
    this._show(() => { this.value = value; });
  }

  private readonly _seen = (): void => void this.reload();

  private _again(): void {
    this.slow = false;
    if (this._every === 0) return;
    this._timer = window.setTimeout(() => {
      if (document.visibilityState === "visible") void this.reload();
      else document.addEventListener("visibilitychange", this._seen, { once: true });
    }, this._every);
  }

  private _show(change: () => void): void {
    change();
    this._host.requestUpdate();
  }
}
