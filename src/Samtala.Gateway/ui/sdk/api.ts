import { Problem } from "./problem.ts";
import { readEvents } from "./sse.ts";

/** Query parameters; undefined ones are left out, lists are repeated. */
export type Query = Record<string, string | number | boolean | readonly string[] | undefined>;

/** One item of a stream and where to go on after it. */
export interface StreamItem<T> {
  readonly value: T;
  /** Send it as `lastEventId` to go on after this item; empty when the stream cannot. */
  readonly id: string;
}

/** The node's REST interface. The only door to the network that a page has. */
export interface Api {
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>;
  post<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T>;
  put<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T>;
  delete<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>;
  /** Follows a server stream until it ends, fails or `signal` is aborted. `onOpen` is called when it is answered. */
  stream<T>(path: string, options: StreamOptions): AsyncGenerator<StreamItem<T>>;
}

/** How to follow a stream. */
export interface StreamOptions {
  readonly query?: Query;
  /** Sent with POST; without it the stream is read with GET. */
  readonly body?: unknown;
  readonly lastEventId?: string;
  readonly signal: AbortSignal;
  readonly onOpen?: () => void;
}

/** Where the client gets its token from, and whom it tells that the token is no longer good. */
export interface Credentials {
  readonly token: () => string | null;
  readonly refused: () => void;
}

type FetchOptions = { method: string; body?: unknown; signal?: AbortSignal | undefined; headers?: HeadersInit };

/** The API over fetch, with a bearer token and problems (RFC 9457) as errors. */
export class HttpApi implements Api {
  private readonly _credentials: Credentials;

  constructor(credentials: Credentials) {
    this._credentials = credentials;
  }

  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
    return this._json<T>(path + toSearch(query), { method: "GET", signal });
  }

  post<T>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<T> {
    return this._json<T>(path, { method: "POST", body, signal });
  }

  put<T>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<T> {
    return this._json<T>(path, { method: "PUT", body, signal });
  }

  delete<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
    return this._json<T>(path + toSearch(query), { method: "DELETE", signal });
  }

  async *stream<T>(path: string, options: StreamOptions): AsyncGenerator<StreamItem<T>> {
    const headers = new Headers({ accept: "text/event-stream" });
    if (options.lastEventId) headers.set("last-event-id", options.lastEventId);
    const url = path + toSearch(options.query);
    const { body, signal } = options;
    const response = await this._fetch(url, { method: body === undefined ? "GET" : "POST", body, signal, headers });
    options.onOpen?.();
    if (!response.body) return;
    for await (const event of readEvents(response.body, unreachable)) {
      if (event.event === "error") throw Problem.from(502, parse(event.data));
      if (event.data !== "") yield { value: JSON.parse(event.data) as T, id: event.id };
    }
  }

  private async _json<T>(path: string, options: FetchOptions): Promise<T> {
    const response = await this._fetch(path, options);
    const text = await response.text();
    return (text === "" ? {} : JSON.parse(text)) as T;
  }

  private async _fetch(path: string, options: FetchOptions): Promise<Response> {
    if (!path.startsWith("/") || path.startsWith("//")) throw new Problem(`Not a path of this node: ${path}`, 400);
    const headers = new Headers(options.headers ?? { accept: "application/json" });
    const token = this._credentials.token();
    if (token) headers.set("authorization", `Bearer ${token}`);
    const request: RequestInit = { method: options.method, headers, cache: "no-store", credentials: "omit" };
    if (options.signal) request.signal = options.signal;
    if (options.body !== undefined) {
      headers.set("content-type", "application/json");
      request.body = JSON.stringify(options.body);
    }
    const response = await fetch(path, request).catch(unreachable);
    if (response.ok) return response;
    if (response.status === 401) this._credentials.refused();
    throw Problem.from(response.status, parse(await response.text()));
  }
}

/** Reads every page of a list, at most `limit` items. */
export async function listAll<T>(
  api: Api, path: string, field: string, signal?: AbortSignal, limit = 10_000): Promise<T[]> {
  const all: T[] = [];
  let pageToken = "";
  do {
    const page = await api.get<Record<string, unknown>>(path, { pageSize: 1000, pageToken }, signal);
    all.push(...((page[field] as T[] | undefined) ?? []));
    pageToken = (page["nextPageToken"] as string | undefined) ?? "";
  } while (pageToken !== "" && all.length < limit);
  return all;
}

function toSearch(query: Query | undefined): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(key, String(one));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

/** Fetch tells that nobody answers, or that the connection broke, by a TypeError. */
function unreachable(error: unknown): never {
  throw error instanceof TypeError ? new Problem("", 0, error.message) : error;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
