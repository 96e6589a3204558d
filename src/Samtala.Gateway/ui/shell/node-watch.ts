import { listAll, Problem, type Api, type NodeStatus, type Plugin } from "../sdk/index.ts";

/** How often the node is asked (milliseconds). */
const EVERY = 3000;
const EVERY_OFFLINE = 2000;
/** How many samples of the traffic are kept. */
const SAMPLES = 60;
/** How long the first answer may take before a skeleton is shown (milliseconds). */
const SLOW_AFTER = 150;

/** Bytes served and fetched since the start, at a time (milliseconds). */
export interface Sample {
  readonly time: number;
  readonly served: number;
  readonly fetched: number;
}

/** What the shell knows of the node: its status and plugins, asked for again and again while the page is seen. */
export class NodeWatch extends EventTarget {
  status: NodeStatus | undefined;
  plugins: Plugin[] | undefined;
  problem: Problem | undefined;
  samples: Sample[] = [];
  /** True once the first answer takes its time, so that something should be shown meanwhile. */
  slow = false;

  private readonly _api: Api;
  private _abort: AbortController | undefined;
  private _timer = 0;
  private _slow = 0;

  constructor(api: Api) {
    super();
    this._api = api;
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && this._abort) void this.refresh();
    });
  }

  /** True while the node cannot be reached. */
  get offline(): boolean {
    return this.problem?.offline === true;
  }

  start(): void {
    if (this._abort) return;
    this._slow = window.setTimeout(() => {
      this.slow = true;
      this.dispatchEvent(new Event("change"));
    }, SLOW_AFTER);
    void this.refresh();
  }

  /** Stops asking and forgets everything. */
  stop(): void {
    this._abort?.abort();
    this._abort = undefined;
    clearTimeout(this._timer);
    clearTimeout(this._slow);
    this.slow = false;
    this.status = undefined;
    this.plugins = undefined;
    this.problem = undefined;
    this.samples = [];
  }

  /** Asks now. */
  readonly refresh = async (): Promise<void> => {
    this._abort?.abort();
    clearTimeout(this._timer);
    const abort = new AbortController();
    this._abort = abort;
    try {
      const [status, plugins] = await Promise.all([
        this._api.get<NodeStatus>("/v1/status", {}, abort.signal),
        listAll<Plugin>(this._api, "/v1/plugins", "plugins", abort.signal),
      ]);
      if (abort.signal.aborted) return;
      this._take(status, plugins);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.problem = Problem.of(error);
    }
    clearTimeout(this._slow);
    this.dispatchEvent(new Event("change"));
    this._timer = window.setTimeout(() => {
      if (document.visibilityState === "visible") void this.refresh();
    }, this.offline ? EVERY_OFFLINE : EVERY);
  };

  /** The plugin with an id, if there is one. */
  plugin(id: string): Plugin | undefined {
    return this.plugins?.find(plugin => plugin.id === id);
  }

  private _take(status: NodeStatus, plugins: Plugin[]): void {
    const restarted = this.status?.startTime !== undefined && this.status.startTime !== status.startTime;
    this.status = status;
    this.plugins = plugins;
    this.problem = undefined;
    const { servedBytes = 0, fetchedBytes = 0 } = status;
    const sample = { time: Date.now(), served: Number(servedBytes), fetched: Number(fetchedBytes) };
    this.samples = [...(restarted ? [] : this.samples), sample].slice(-SAMPLES);
  }
}
