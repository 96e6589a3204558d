import { parseRoute, type Route } from "./route.ts";

/** Follows the address bar, and links clicked in any shadow tree, without loading the page anew. */
export class Router extends EventTarget {
  route: Route = parseRoute(location.pathname, location.search);

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
    this.route = parseRoute(location.pathname, location.search);
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
