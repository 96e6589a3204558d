/** A page of the dashboard, as its address tells it. */
export type Route =
  | { readonly page: "home" }
  | { readonly page: "plugins" }
  | { readonly page: "plugin"; readonly id: string }
  | { readonly page: "app"; readonly id: string; readonly rest: string }
  | { readonly page: "settings"; readonly section: string }
  | { readonly page: "logs"; readonly ask: "" | "new" | "follow" }
  | { readonly page: "log"; readonly key: string }
  | { readonly page: "unknown"; readonly path: string };

/** Paths of the pages. All but the home page are below "/app/", which the gateway answers with index.html. */
export const paths = {
  home: "/",
  plugins: "/app/plugins",
  plugin: (id: string) => `/app/plugins/${encodeURIComponent(id)}`,
  app: (id: string) => `/app/p/${encodeURIComponent(id)}`,
  settings: "/app/settings",
  logs: "/app/logs",
  log: (key: string) => `/app/logs/${encodeURIComponent(key)}`,
  /** The list with the dialog open that makes a log. */
  newLog: "/app/logs?new",
  /** The list with the dialog open that follows one. */
  followLog: "/app/logs?follow",
} as const;

/** Reads an address. */
export function parseRoute(path: string, search = ""): Route {
  const parts = path.split("/").filter(part => part !== "").map(decode);
  if (parts.length === 0) return { page: "home" };
  const [root, page, id, ...rest] = parts;
  if (root !== "app") return { page: "unknown", path };
  if (page === undefined) return { page: "home" };
  if (page === "plugins") return id ? { page: "plugin", id } : { page: "plugins" };
  if (page === "p" && id) return { page: "app", id, rest: rest.join("/") };
  if (page === "logs") return id ? { page: "log", key: id } : { page: "logs", ask: askOf(search) };
  if (page === "settings") return { page: "settings", section: id ?? "" };
  return { page: "unknown", path };
}

function askOf(search: string): "" | "new" | "follow" {
  return search === "?new" ? "new" : search === "?follow" ? "follow" : "";
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
