import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import {
  badge, emptyView, icon, problemView, relative, SamtalaElement, skeleton, type Plugin,
} from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import { PluginActions } from "./plugin-actions.ts";
import "./plugin-logs.ts";
import { grantWords, missingGrants, nameOf, stateOf } from "./plugin-words.ts";
import type { RemoveDialog } from "./remove-dialog.ts";
import "./remove-dialog.ts";
import { paths } from "./route.ts";
import { ShellElement } from "./shell-element.ts";

/** One plugin: how it is, what it may do, its log, and what the owner can do about it. */
@customElement("samtala-shell-plugin")
export class PluginDetail extends ShellElement {
  static override styles = [SamtalaElement.styles, css`
    .back { display: inline-flex; align-items: center; gap: var(--space-1); text-decoration: none; }
    .columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: var(--space-4); }
    .card > h2 { margin-bottom: var(--space-3); }
    @media (max-width: 899px) { .columns { grid-template-columns: minmax(0, 1fr); } }
  `];

  @property({ attribute: false }) pluginId = "";
  @query("samtala-shell-remove") private _remove!: RemoveDialog;
  private readonly _actions = new PluginActions(this, () => this.context);

  override render(): TemplateResult {
    const { node, router } = this.context;
    const plugin = node.plugin(this.pluginId);
    if (plugin) return this._show(plugin);
    if (node.plugins) {
      return emptyView("plugins", say("unknownPlugin", { id: this.pluginId }), "",
        { label: say("showPlugins"), run: () => router.navigate(paths.plugins) });
    }
    if (node.problem) return problemView(node.problem, () => void node.refresh());
    return html`${node.slow ? skeleton(5) : nothing}`;
  }

  private _show(plugin: Plugin): TemplateResult {
    const state = stateOf(plugin.state);
    return html`
      <div class="stack">
        <a class="back small-text" href=${paths.plugins}>${icon("back")}${say("plugins")}</a>
        <div class="row between">
          <div class="stack tight">
            <h1>${nameOf(plugin)}</h1>
            <span class="row">${badge(state.text, state.tone)}
              <span class="soft small-text figures">${plugin.version}</span></span>
          </div>
          <div class="row">${this._buttons(plugin)}</div>
        </div>
        ${plugin.description ? html`<p class="soft">${plugin.description}</p>` : nothing}
        ${this._trouble(plugin)}
        <div class="columns">${this._may(plugin)} ${this._about(plugin)}</div>
        ${keyed(plugin.id, html`
          <samtala-shell-plugin-logs .context=${this.context} .plugin=${plugin.name}></samtala-shell-plugin-logs>`)}
      </div>
      <samtala-shell-remove .context=${this.context} .plugin=${plugin}></samtala-shell-remove>`;
  }

  private _buttons(plugin: Plugin): TemplateResult {
    const off = plugin.state === "DISABLED";
    return html`
      ${plugin.ui && plugin.state === "RUNNING"
        ? html`<a class="button primary" href=${paths.app(plugin.id)}>${say("openPage")}</a>` : nothing}
      ${off ? html`
        <button class="button" @click=${() => this._actions.enable(plugin)}>${say("enable")}</button>` : html`
        <button class="button" @click=${() => this._actions.reload(plugin)}>${say("reload")}</button>
        <button class="button" @click=${() => this._actions.disable(plugin)}>${say("disable")}</button>`}
      ${plugin.bundled ? nothing
        : html`<button class="button danger" @click=${() => this._remove.open()}>${say("remove")}</button>`}`;
  }

  private _trouble(plugin: Plugin): unknown {
    const name = nameOf(plugin);
    if (plugin.state === "AWAITING_CONSENT") {
      const missing = missingGrants(plugin);
      return html`
        <div class="note warning stack" role="status">
          <strong>${say("waitsForYou", { name })}</strong>
          <ul class="stack tight">${missing.map(need => html`
            <li>${grantWords(need)} <code class="soft">${need}</code></li>`)}</ul>
          <div><button class="button primary" @click=${() => this._actions.enable(plugin, missing)}>
            ${say("allowStart")}</button></div>
        </div>`;
    }
    if (plugin.state !== "CRASHED" && plugin.state !== "UNSUPPORTED") return nothing;
    const crashed = plugin.state === "CRASHED";
    const again = plugin.retryTime ? say("startsAgain", { time: relative(new Date(plugin.retryTime)) }) : "";
    return html`
      <div class="problem" role="status">
        ${icon("warning")}
        <div class="stack tight grow">
          <strong>${crashed ? say("isCrashed", { name }) : say("doesNotFit", { name })}</strong>
          <span>${plugin.reason}</span>
          ${crashed && plugin.crashCount ? html`<span class="soft">${say("crashedTimes", { n: plugin.crashCount })}
            ${again}</span>` : nothing}
        </div>
      </div>`;
  }

  private _may(plugin: Plugin): TemplateResult {
    const grants = plugin.grants ?? [];
    const apart = plugin.isolation === "process";
    return html`
      <section class="card" aria-labelledby="may">
        <h2 id="may">${say("grants")}</h2>
        <div class="stack">
          ${grants.length === 0 ? html`<p class="soft">${say("nothing")}</p>` : html`
            <ul class="stack tight">${grants.map(grant => html`<li>${grantWords(grant)}</li>`)}</ul>`}
          ${apart ? nothing : html`<p class="soft small-text">${say("runsInsideShort")}</p>`}
        </div>
      </section>`;
  }

  private _about(plugin: Plugin): TemplateResult {
    const services = plugin.services ?? [];
    const apart = plugin.isolation === "process";
    return html`
      <section class="card" aria-labelledby="about">
        <h2 id="about">${say("about")}</h2>
        <dl class="facts">
          <dt>Id</dt><dd><code>${plugin.id}</code></dd>
          <dt>${say("runs")}</dt>
          <dd>${apart ? say("apart") : say("inside")}${plugin.bundled ? `, ${say("bundled")}` : ""}</dd>
          ${services.length > 0 ? html`<dt>${say("services")}</dt>
            <dd class="stack tight">${services.map(service => html`<code>${service}</code>`)}</dd>` : nothing}
        </dl>
      </section>`;
  }
}
