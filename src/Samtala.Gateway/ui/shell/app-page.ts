import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { emptyView, icon, problemView, Problem, skeleton, type PageContext, type Plugin } from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import { PluginActions } from "./plugin-actions.ts";
import "./plugin-logs.ts";
import { nameOf } from "./plugin-words.ts";
import { paths } from "./route.ts";
import { ShellElement } from "./shell-element.ts";

/** Versions of the modules that this tab has loaded; an element can be defined only once. */
const loadedVersions = new Map<string, string>();

/** A plugin's own page: its module is loaded, its element shown. If it fails, its log is shown and the shell lives. */
@customElement("samtala-shell-app")
export class AppPage extends ShellElement {
  @property({ attribute: false }) pluginId = "";
  @state() private _element: (HTMLElement & Partial<PageContext>) | undefined;
  @state() private _failure: Problem | undefined;
  private _wanted = "";
  private _given: PageContext | undefined;
  private readonly _actions = new PluginActions(this, () => this.context);

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("error", this._failed);
    window.addEventListener("unhandledrejection", this._rejected);
  }

  override disconnectedCallback(): void {
    window.removeEventListener("error", this._failed);
    window.removeEventListener("unhandledrejection", this._rejected);
    super.disconnectedCallback();
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const plugin = this.context.node.plugin(this.pluginId);
    const shown = plugin && this._canShow(plugin) ? `${plugin.id}` : "";
    if (shown !== this._wanted) {
      this._wanted = shown;
      this._element = undefined;
      this._failure = undefined;
      if (plugin && shown) void this._load(plugin);
    }
    if (this._element) this._give(this._element);
  }

  override render(): TemplateResult {
    const { node, router } = this.context;
    const plugin = node.plugin(this.pluginId);
    if (!plugin) {
      if (!node.plugins && node.problem) return problemView(node.problem, () => void node.refresh());
      if (!node.plugins) return html`${node.slow ? skeleton(5) : nothing}`;
      return emptyView("plugins", say("unknownPlugin", { id: this.pluginId }), "",
        { label: say("showPlugins"), run: () => router.navigate(paths.plugins) });
    }
    if (this._failure) return this._broken(plugin, say("pageFailed", { name: nameOf(plugin) }), this._failure);
    if (!this._canShow(plugin)) return this._notShown(plugin);
    const outdated = loadedVersions.has(plugin.id) && loadedVersions.get(plugin.id) !== plugin.version;
    return html`
      <div class="stack">
        ${outdated ? html`<div class="note row between" role="status">${say("pageNew")}
          <button class="button" @click=${() => location.reload()}>${say("loadNew")}</button></div>` : nothing}
        ${this._element ?? skeleton(6)}
      </div>`;
  }

  private _canShow(plugin: Plugin): boolean {
    return plugin.state === "RUNNING" && plugin.isolation !== "process" && !!plugin.ui;
  }

  private _notShown(plugin: Plugin): TemplateResult {
    const name = nameOf(plugin);
    const details = { label: say("details"), run: () => this.context.router.navigate(paths.plugin(plugin.id)) };
    switch (plugin.state) {
      case "DISABLED":
        return emptyView("app", say("pageOff", { name }), say("pageOffText"),
          { label: say("enable"), run: () => void this._actions.enable(plugin) });
      case "CRASHED": return this._broken(plugin, say("isCrashed", { name }), new Problem(plugin.reason ?? "", -1));
      case "STARTING": return skeleton(6);
      case "UNSUPPORTED": return emptyView("warning", say("doesNotFit", { name }), plugin.reason ?? "", details);
      case "AWAITING_CONSENT": return emptyView("lock", say("waitsForYou", { name }), "", details);
      default:
        return plugin.isolation === "process"
          ? emptyView("app", say("pageApart", { name }), say("pageApartText"), details)
          : emptyView("app", say("pageMissing", { name }), say("pageMissingText"), details);
    }
  }

  private _broken(plugin: Plugin, title: string, problem: Problem): TemplateResult {
    const restart = async (): Promise<void> => {
      if (await this._actions.reload(plugin) && this._failure) location.reload();
    };
    return html`
      <div class="stack">
        <div class="problem" role="alert">
          ${icon("warning")}
          <div class="stack tight grow"><strong>${title}</strong><span>${problem.message}</span></div>
          <button class="button" @click=${restart}>${say("reload")}</button>
        </div>
        <samtala-shell-plugin-logs .context=${this.context} .plugin=${plugin.name}></samtala-shell-plugin-logs>
      </div>`;
  }

  private async _load(plugin: Plugin): Promise<void> {
    const tag = `samtala-${plugin.id}`;
    try {
      if (!customElements.get(tag)) {
        await import(`/ui/${encodeURIComponent(plugin.id)}.js?v=${encodeURIComponent(plugin.version ?? "")}`);
        loadedVersions.set(plugin.id, plugin.version ?? "");
      }
      if (!customElements.get(tag)) throw new Error(`/ui/${plugin.id}.js does not define <${tag}>.`);
      if (this._wanted !== plugin.id) return;
      const element: HTMLElement & Partial<PageContext> = document.createElement(tag);
      this._given = undefined;
      this._give(element);
      this._element = element;
    } catch (error) {
      if (this._wanted !== plugin.id) return;
      this._failure = new Problem(error instanceof Error ? error.message : String(error), -1);
    }
  }

  /** Sets what has changed since the last time; an element may do work in its setters. */
  private _give(element: HTMLElement & Partial<PageContext>): void {
    const { session, node, router, preferences } = this.context;
    const { version = "", device = "", http = location.origin } = node.status ?? {};
    const given = this._given;
    const same = given?.node.version === version && given.node.device === device && given.node.http === http;
    const next: PageContext = {
      api: session.api,
      node: same ? given.node : { version, device, http },
      navigate: router.navigate,
      theme: preferences.theme,
    };
    if (given?.api !== next.api) element.api = next.api;
    if (given?.node !== next.node) element.node = next.node;
    if (given?.navigate !== next.navigate) element.navigate = next.navigate;
    if (given?.theme !== next.theme) element.theme = next.theme;
    this._given = next;
  }

  private readonly _failed = (event: ErrorEvent): void => this._blame(event.error, event.filename);
  private readonly _rejected = (event: PromiseRejectionEvent): void => this._blame(event.reason, "");

  /** An error is the plugin's when its module is where it was thrown. */
  private _blame(error: unknown, file: string): void {
    const thrown = error instanceof Error ? error : undefined;
    if (thrown?.name === "AbortError") return;
    if (!this._element || !`${file}\n${thrown?.stack ?? ""}`.includes(`/ui/${this.pluginId}.js`)) return;
    this._element = undefined;
    this._failure = new Problem(thrown?.message ?? String(error), -1);
  }
}
