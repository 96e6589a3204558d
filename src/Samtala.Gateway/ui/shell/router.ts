/** A page of the dashboard, as its address tells it. */
export type Route =
  | { readonly page: "home" }
  | { readonly page: "plugins" }
  | { readonly page: "plugin"; readonly id: string }
  | { readonly page: "app"; readonly id: string; readonly rest: string }
  | { readonly page: "settings"; readonly section: string }
  | { readonly page: "unknown"; readonly path: string };

/** Paths of the pages. All but the home page are below "/app/", which the gateway answers with index.html. */
export const paths = {
  home: "/",
  plugins: "/app/plugins",
  plugin: (id: string) => `/app/plugins/${encodeURIComponent(id)}`,
  app: (id: string) => `/app/p/${encodeURIComponent(id)}`,
  settings: "/app/settings",
} as const;

/** Reads an address. */
export function parseRoute(path: string): Route {
  const parts = path.split("/").filter(part => part !== "").map(decode);
  if (parts.length === 0) return { page: "home" };
  const [root, page, id, ...rest] = parts;
  if (root !== "app") return { page: "unknown", path };
  if (page === undefined) return { page: "home" };
  if (page === "plugins") return id ? { page: "plugin", id } : { page: "plugins" };
  if (page === "p" && id) return { page: "app", id, rest: rest.join("/") };
  if (page === "settings") return { page: "settings", section: id ?? "" };
  return { page: "unknown", path };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Follows the address bar, and links clicked in any shadow tree, without loading the page anew. */
export class Router extends EventTarget {
  route: Route = parseRoute(location.pathname);

  /** Begins to listen; returns what stops it. */
  listen(): () => void {
    const moved = (): void => this._moved();
    const clicked = (event: MouseEvent): void => this._clicked(event);
    window.addEventListener("popstate", moved);
    document.addEventListener("click", clicked);
    return () => {
      window.removeEventListener("popstate", moved);
      document.removeEventListener("click", clicked);
    };
  }

  readonly navigate = (path: string): void => {
    if (path === location.pathname + location.search) return;
    history.pushState(null, "", path);
    this._moved();
  };

  private _moved(): void {
    this.route = parseRoute(location.pathname);
    this.dispatchEvent(new Event("change"));
  }

  private _clicked(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.composedPath().find(node => node instanceof HTMLAnchorElement);
    if (!(link instanceof HTMLAnchorElement) || link.target !== "" || link.hasAttribute("download")) return;
    const inside = link.origin === location.origin && (link.pathname === "/" || link.pathname.startsWith("/app/"));
    if (!inside) return;
    event.preventDefault();
    this.navigate(link.pathname + link.search);
  }
}
