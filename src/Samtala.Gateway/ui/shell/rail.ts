import { css, html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { icon, SamtalaElement, shortKey, type IconName } from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import { fingerprint } from "./fingerprint.ts";
import { say as sayOfLogs } from "./logs/catalogue.ts";
import { iconOf, nameOf } from "./plugin-words.ts";
import { paths } from "./route.ts";
import { ShellElement } from "./shell-element.ts";

/** The narrow menu at the left; at the bottom of a small screen. */
@customElement("samtala-shell-rail")
export class Rail extends ShellElement {
  static override styles = [SamtalaElement.styles, css`
    :host { border-inline-end: 1px solid var(--border); background: var(--surface-raised); }
    nav { display: flex; flex-direction: column; gap: var(--space-1); width: 104px; height: 100%;
      padding: var(--space-3) var(--space-2); padding-bottom: max(var(--space-3), env(safe-area-inset-bottom)); }
    .self { display: grid; place-items: center; padding: var(--space-1) 0 var(--space-3); }
    .self svg { width: 36px; height: 36px; border-radius: var(--radius); }
    .item { display: flex; flex-direction: column; align-items: center; gap: 2px; width: 100%;
      padding: var(--space-2) 2px; border: 0; border-radius: var(--radius); background: transparent;
      color: var(--text-soft); font: inherit;
      font-size: var(--size-small); line-height: 1.25; text-decoration: none; cursor: pointer; text-align: center; }
    .item:hover { background: var(--surface-sunken); color: var(--text); }
    .item[aria-current] { background: var(--accent-tint); color: var(--accent); font-weight: 500; }
    .item span { max-width: 100%; overflow: hidden; text-overflow: ellipsis; }
    .icon { width: 22px; height: 22px; }
    .apps { display: contents; }
    .space { flex: 1; }
    @media (max-width: 639px) {
      :host { border: 0; border-top: 1px solid var(--border); }
      nav { flex-direction: row; width: auto; padding: var(--space-1);
        padding-bottom: max(4px, env(safe-area-inset-bottom)); }
      .self, .space { display: none; }
      nav { overflow-x: auto; gap: 0; }
      .item { padding: 6px 0; white-space: nowrap; flex: 1 0 52px; min-width: 0; max-width: 120px; }
    }
  `];

  override render(): TemplateResult {
    const { node, router } = this.context;
    const route = router.route;
    const apps = (node.plugins ?? []).filter(plugin => plugin.ui && plugin.state !== "DISABLED");
    const device = node.status?.device ?? "";
    return html`
      <nav aria-label=${say("mainMenu")}>
        <div class="self" title=${device ? `${say("device")} ${shortKey(device)}` : "Samtala"}>
          ${fingerprint(device)}
        </div>
        ${this._link("home", say("home"), paths.home, route.page === "home")}
        ${apps.map(plugin => this._link(iconOf(plugin), nameOf(plugin),
          paths.app(plugin.id), route.page === "app" && route.id === plugin.id))}
        ${this._link("log", sayOfLogs("logs"), paths.logs, route.page === "logs" || route.page === "log")}
        ${this._link("plugins", say("plugins"), paths.plugins, route.page === "plugins" || route.page === "plugin")}
        <div class="space"></div>
        <button class="item" title="Ctrl+K" aria-keyshortcuts="Control+K" @click=${this._search}>
          ${icon("search")}<span>${say("search")}</span>
        </button>
        ${this._link("settings", say("settings"), paths.settings, route.page === "settings")}
      </nav>`;
  }

  private _link(name: IconName, label: string, path: string, current: boolean): TemplateResult {
    return html`
      <a class="item" href=${path} title=${label} aria-current=${current ? "page" : nothing}>
        ${icon(name)}<span>${label}</span>
      </a>`;
  }

  private readonly _search = (): void => {
    this.dispatchEvent(new CustomEvent("search"));
  };
}
