import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { common, notify, Problem, problemView, type Plugin } from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import { grantWords, nameOf } from "./plugin-words.ts";
import { paths } from "./route.ts";
import { ShellElement } from "./shell-element.ts";

/** Installs a plugin: first it is checked and tells what it asks for, then the owner allows it. */
@customElement("samtala-shell-install")
export class InstallDialog extends ShellElement {
  @state() private _plugin: Plugin | undefined;
  @state() private _problem: Problem | undefined;
  @state() private _busy = false;
  @query("dialog") private _dialog!: HTMLDialogElement;
  private _path = "";

  /** Opens the dialog, empty. */
  open(): void {
    this._plugin = undefined;
    this._problem = undefined;
    this._path = "";
    this.requestUpdate();
    void this.updateComplete.then(() => this._dialog.showModal());
  }

  override render(): TemplateResult {
    return html`
      <dialog aria-labelledby="title">
        <form class="stack" @submit=${this._submit}>
          <h2 id="title">${say("installTitle")}</h2>
          ${this._plugin ? this._consent(this._plugin) : html`
            <div class="field">
              <label for="path">${say("installPath")}</label>
              <input id="path" class="input" required autocomplete="off" spellcheck="false" .value=${this._path}
                @input=${(event: InputEvent) => { this._path = (event.target as HTMLInputElement).value; }}>
            </div>`}
          ${this._problem ? problemView(this._problem) : nothing}
          <div class="actions">
            <button type="button" class="button" @click=${() => this._dialog.close()}>${common("cancel")}</button>
            <button class="button primary" ?disabled=${this._busy}>
              ${this._busy ? say("checking") : this._plugin ? say("installAllow") : say("installCheck")}
            </button>
          </div>
        </form>
      </dialog>`;
  }

  private _consent(plugin: Plugin): TemplateResult {
    const needs = plugin.needs ?? [];
    const anonymous = plugin.anonymous ?? [];
    const apart = plugin.isolation === "process";
    return html`
      <div class="stack tight">
        <span class="row"><strong>${nameOf(plugin)}</strong><span class="soft figures">${plugin.version}</span></span>
        <span class="soft">${plugin.description}</span>
      </div>
      <p class="note ${apart ? "" : "warning"}">${apart ? say("runsApart") : say("runsInside")}</p>
      ${needs.length === 0 ? html`<p>${say("asksNothing", { name: nameOf(plugin) })}</p>` : html`
        <div class="stack tight">
          <strong>${say("asksFor", { name: nameOf(plugin) })}</strong>
          <ul class="stack tight">${needs.map(need => html`
            <li class="row"><span>${grantWords(need)}</span><code class="soft">${need}</code></li>`)}</ul>
        </div>`}
      ${anonymous.length === 0 ? nothing : html`
        <div class="stack tight">
          <strong>${say("answersAnyone")}</strong>
          <ul class="stack tight">${anonymous.map(request => html`<li><code>${request}</code></li>`)}</ul>
        </div>`}`;
  }

  private readonly _submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { session, node, router } = this.context;
    const checked = this._plugin;
    this._busy = true;
    this._problem = undefined;
    try {
      if (!checked) {
        this._plugin = await session.api.post<Plugin>("/v1/plugins:install", { path: this._path, validateOnly: true });
        return;
      }
      const plugin = await session.api.post<Plugin>(
        "/v1/plugins:install", { path: this._path, grants: checked.needs ?? [] });
      this._dialog.close();
      notify(this, { text: say("installed", { name: nameOf(plugin) }) });
      await node.refresh();
      router.navigate(paths.plugin(plugin.id));
    } catch (error) {
      this._problem = Problem.of(error);
    } finally {
      this._busy = false;
    }
  };
}
