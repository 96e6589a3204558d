import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, query } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { badge, emptyView, icon, problemView, SamtalaElement, skeleton, type Plugin } from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import type { InstallDialog } from "./install-dialog.ts";
import "./install-dialog.ts";
import { PluginActions } from "./plugin-actions.ts";
import { nameOf, stateOf } from "./plugin-words.ts";
import { paths } from "./route.ts";
import { ShellElement } from "./shell-element.ts";

/** All plugins: what they are for, how they are, and turning them on and off. */
@customElement("samtala-shell-plugins")
export class PluginsPage extends ShellElement {
  static override styles = [SamtalaElement.styles, css`
    .list > li { padding: var(--space-4); display: grid; grid-template-columns: minmax(0, 1fr) 128px 116px;
      gap: var(--space-2) var(--space-4); align-items: center; }
    .name { font-weight: 600; color: inherit; text-decoration: none; }
    .name:hover { text-decoration: underline; }
    .end { justify-self: end; }
    @media (max-width: 639px) {
      .list > li { grid-template-columns: minmax(0, 1fr) auto; }
      .list > li > .what { grid-column: 1 / -1; }
    }
  `];

  @query("samtala-shell-install") private _install!: InstallDialog;
  private readonly _actions = new PluginActions(this, () => this.context);

  override render(): TemplateResult {
    const { node } = this.context;
    const install = (): void => this._install.open();
    return html`
      <div class="stack">
        <div class="row between">
          <h1>${say("plugins")}</h1>
          <button class="button" @click=${install}>${icon("plus")}${say("install")}</button>
        </div>
        ${node.problem && !node.offline ? problemView(node.problem, () => void node.refresh()) : nothing}
        ${node.plugins ? this._list(node.plugins, install) : node.slow && !node.problem ? skeleton(4) : nothing}
      </div>
      <samtala-shell-install .context=${this.context}></samtala-shell-install>`;
  }

  private _list(plugins: Plugin[], install: () => void): TemplateResult {
    if (plugins.length === 0) {
      return emptyView("plugins", say("noPlugins"), say("noPluginsText"), { label: say("installTitle"), run: install });
    }
    return html`<ul class="card flush list">${repeat(plugins, plugin => plugin.id, plugin => this._row(plugin))}</ul>`;
  }

  private _row(plugin: Plugin): TemplateResult {
    const state = stateOf(plugin.state);
    const off = plugin.state === "DISABLED";
    const name = nameOf(plugin);
    const word = off ? say("enable") : say("disable");
    const turn = (): void => void (off ? this._actions.enable(plugin) : this._actions.disable(plugin));
    return html`
      <li>
        <div class="stack tight what">
          <span class="row">
            <a class="name" href=${paths.plugin(plugin.id)}>${name}</a>
            <span class="soft small-text figures">${plugin.version}</span>
            <span class="tag">${plugin.isolation === "process" ? say("apart") : say("inside")}</span>
          </span>
          <span class="soft">${plugin.description}</span>
        </div>
        ${badge(state.text, state.tone)}
        <button class="button small end" aria-label=${`${word}: ${name}`} @click=${turn}>${word}</button>
      </li>`;
  }
}
