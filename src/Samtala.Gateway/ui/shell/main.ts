import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { icon, NOTICE, Problem, SamtalaElement, emptyView, type Notice } from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import type { ShellContext } from "./context.ts";
import { NodeWatch } from "./node-watch.ts";
import type { Palette } from "./palette.ts";
import { Preferences } from "./preferences.ts";
import { paths, type Route } from "./route.ts";
import { Router } from "./router.ts";
import { Session } from "./session.ts";
import "./app-page.ts";
import "./home-page.ts";
import "./login-page.ts";
import { say as sayOfLogs } from "./logs/catalogue.ts";
import "./logs/list-page.ts";
import "./logs/log-page.ts";
import "./notices.ts";
import "./palette.ts";
import "./plugin-detail.ts";
import "./plugins-page.ts";
import "./rail.ts";
import "./settings-page.ts";

/** The frame around every page: the rail, the page, the palette, notices and the sign-in. */
@customElement("samtala-shell")
export class Shell extends SamtalaElement {
  static override styles = [SamtalaElement.styles, css`
    :host { height: 100%; }
    .frame { display: grid; grid-template-columns: auto minmax(0, 1fr); height: 100dvh; }
    .column { display: flex; flex-direction: column; min-width: 0; min-height: 0; }
    main { flex: 1; overflow: auto; outline: none; }
    @media (min-width: 640px) { main { scrollbar-gutter: stable; } }
    .pane { max-width: 1120px; margin: 0 auto; padding: var(--space-8) var(--space-8) var(--space-12); }
    .offline { display: flex; justify-content: center; gap: var(--space-2); padding: var(--space-2) var(--space-4);
      background: var(--warning-tint); border-bottom: 1px solid var(--warning); }
    .skip { position: absolute; inset-inline-start: -999px; top: var(--space-2); z-index: 2; }
    .skip:focus { inset-inline-start: var(--space-2); }
    @media (max-width: 639px) {
      .frame { grid-template-columns: minmax(0, 1fr); grid-template-rows: minmax(0, 1fr) auto; }
      .frame > samtala-shell-rail { grid-row: 2; }
      .pane { padding: var(--space-4) var(--space-4) var(--space-8); }
    }
  `];

  @state() private _signingIn = false;
  @state() private _problem: Problem | undefined;
  @query("samtala-shell-palette") private _palette?: Palette;
  @query("main") private _main?: HTMLElement;

  private readonly _session = new Session();
  private readonly _context: ShellContext = {
    session: this._session,
    node: new NodeWatch(this._session.api),
    router: new Router(),
    preferences: new Preferences(),
  };
  private _stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this._stop = this._context.router.listen();
    this._session.addEventListener("change", this._sessionChanged);
    this._context.router.addEventListener("change", this._routeChanged);
    this._context.node.addEventListener("change", this._nodeChanged);
    window.addEventListener("keydown", this._key);
    window.addEventListener("hashchange", this._openLink);
    void this._openLink();
  }

  override disconnectedCallback(): void {
    this._stop?.();
    this._session.removeEventListener("change", this._sessionChanged);
    this._context.router.removeEventListener("change", this._routeChanged);
    this._context.node.removeEventListener("change", this._nodeChanged);
    window.removeEventListener("keydown", this._key);
    window.removeEventListener("hashchange", this._openLink);
    this._context.node.stop();
    super.disconnectedCallback();
  }

  override render(): TemplateResult {
    document.title = this._title();
    if (this._session.token === null) {
      return html`
        <samtala-shell-login .context=${this._context} .busy=${this._signingIn} .problem=${this._problem}>
        </samtala-shell-login>`;
    }
    const { node } = this._context;
    return html`
      <a class="button skip" href="#page" @click=${this._skip}>${say("skip")}</a>
      <div class="frame">
        <samtala-shell-rail .context=${this._context} @search=${() => this._palette?.open()}></samtala-shell-rail>
        <div class="column">
          ${node.offline
            ? html`<div class="offline" role="status">${icon("offline")} ${say("offlineBar")}</div>` : nothing}
          <main id="page" tabindex="-1"><div class="pane">${this._page(this._context.router.route)}</div></main>
        </div>
      </div>
      <samtala-shell-palette .context=${this._context}></samtala-shell-palette>
      <samtala-shell-notices></samtala-shell-notices>`;
  }

  private _page(route: Route): TemplateResult {
    const context = this._context;
    switch (route.page) {
      case "home": return html`<samtala-shell-home .context=${context}></samtala-shell-home>`;
      case "plugins": return html`<samtala-shell-plugins .context=${context}></samtala-shell-plugins>`;
      case "plugin":
        return html`<samtala-shell-plugin .context=${context} .pluginId=${route.id}></samtala-shell-plugin>`;
      case "app": return html`<samtala-shell-app .context=${context} .pluginId=${route.id}></samtala-shell-app>`;
      case "logs": return html`<samtala-shell-logs .context=${context}></samtala-shell-logs>`;
      case "log": return html`${keyed(route.key, html`
        <samtala-shell-log .context=${context} .key=${route.key}></samtala-shell-log>`)}`;
      case "settings": return html`<samtala-shell-settings .context=${context}></samtala-shell-settings>`;
      case "unknown":
        return emptyView("search", say("notFound"), say("notFoundText", { path: route.path }),
          { label: say("goHome"), run: () => context.router.navigate(paths.home) });
    }
  }

  private _title(): string {
    const route = this._context.router.route;
    const name = (id: string): string => this._context.node.plugin(id)?.displayName || id;
    switch (route.page) {
      case "plugins": return `${say("plugins")} · Samtala`;
      case "plugin": case "app": return `${name(route.id)} · Samtala`;
      case "logs": case "log": return `${sayOfLogs("logs")} · Samtala`;
      case "settings": return `${say("settings")} · Samtala`;
      default: return "Samtala";
    }
  }

  private readonly _openLink = async (): Promise<void> => {
    this._signingIn = location.hash.startsWith("#token=");
    try {
      await this._session.openLink();
    } catch (error) {
      const problem = Problem.of(error);
      const used = problem.status === 401 || problem.status === 403 || problem.status === 404;
      this._problem = used ? new Problem(say("linkUsed"), 401, say("linkUsedWhy"), say("linkRemedy")) : problem;
    } finally {
      this._signingIn = false;
    }
    this._sessionChanged();
  };

  private readonly _sessionChanged = (): void => {
    if (this._session.token === null) this._context.node.stop();
    else {
      this._problem = undefined;
      this._context.node.start();
    }
    this.requestUpdate();
  };

  private readonly _routeChanged = async (): Promise<void> => {
    this.requestUpdate();
    await this.updateComplete;
    this._main?.scrollTo(0, 0);
    this._main?.focus({ preventScroll: true });
  };

  private readonly _nodeChanged = (): void => this.requestUpdate();

  private readonly _key = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    if (this._session.token === null) return;
    event.preventDefault();
    this._palette?.toggle();
  };

  private readonly _skip = (event: Event): void => {
    event.preventDefault();
    this._main?.focus();
  };
}

declare global {
  interface HTMLElementEventMap {
    [NOTICE]: CustomEvent<Notice>;
  }
}
