import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Api, Query } from "./api.ts";
import { Problem } from "./problem.ts";

/** How a stream is going. */
export type FollowState = "connecting" | "live" | "lost" | "ended";

/** What to follow and what to do with it. */
export interface FollowOptions<T> {
  readonly api: () => Api;
  /** Path and query; undefined while there is nothing to follow. */
  readonly source: () => { path: string; query?: Query } | undefined;
  /** Called when a connection is answered, before its first item. */
  readonly open?: (resumed: boolean) => void;
  readonly item: (value: T) => void;
}

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15_000;
const HIDDEN_FOR = 10_000;

/**
 * Follows a server stream for as long as a page is shown, and comes back after a break. A tab that nobody sees lets go
 * of its stream, because a browser opens only six connections to a node.
 */
export class Follower<T> implements ReactiveController {
  state: FollowState = "connecting";
  problem: Problem | undefined;

  private readonly _host: ReactiveControllerHost;
  private readonly _options: FollowOptions<T>;
  private _abort: AbortController | undefined;
  private _lastId = "";
  private _hiding = 0;

  constructor(host: ReactiveControllerHost, options: FollowOptions<T>) {
    this._host = host;
    this._options = options;
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this._seen);
    this.restart();
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this._seen);
    clearTimeout(this._hiding);
    this._abort?.abort();
  }

  /** Follows anew, from the beginning. */
  readonly restart = (): void => {
    this._lastId = "";
    this._resume();
  };

  private readonly _seen = (): void => {
    clearTimeout(this._hiding);
    if (document.visibilityState === "hidden") {
      this._hiding = window.setTimeout(() => this._abort?.abort(), HIDDEN_FOR);
    } else if (this._abort?.signal.aborted) {
      this._resume();
    }
  };

  private _resume(): void {
    this._abort?.abort();
    this._abort = new AbortController();
    void this._run(this._abort.signal);
  }

  private async _run(signal: AbortSignal): Promise<void> {
    for (let wait = FIRST_WAIT; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      const source = this._options.source();
      if (!source) return;
      this._tell("connecting");
      try {
        for await (const item of this._options.api().stream<T>(source.path, {
          query: source.query ?? {}, lastEventId: this._lastId, signal, onOpen: () => this._open(),
        })) {
          wait = FIRST_WAIT;
          this._lastId = item.id;
          this._options.item(item.value);
        }
        if (signal.aborted) return;
        this._tell("ended");
      } catch (error) {
        if (signal.aborted) return;
        this._tell("lost", Problem.of(error));
        if (this.problem && isFinal(this.problem)) return;
      }
      await sleep(wait, signal);
    }
  }

  private _open(): void {
    this._options.open?.(this._lastId !== "");
    this._tell("live");
  }

  private _tell(state: FollowState, problem?: Problem): void {
    this.state = state;
    this.problem = problem;
    this._host.requestUpdate();
  }
}

/** Asking again would get the same answer. */
function isFinal(problem: Problem): boolean {
  return problem.status >= 400 && problem.status < 500 && problem.status !== 408 && problem.status !== 429;
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
