import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import {
  common, emptyView, icon, listAll, Loader, loaded, notify, Problem, problemView, SamtalaElement, when, type Token,
} from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import { ShellElement } from "./shell-element.ts";
import type { TokenDialog } from "./token-dialog.ts";
import "./token-dialog.ts";

/** The tokens that programs have, without their secrets. */
@customElement("samtala-shell-tokens")
export class TokensSection extends ShellElement {
  static override styles = [SamtalaElement.styles, css`
    .head { padding: var(--space-4); }
    .text { padding: 0 var(--space-4) var(--space-4); }
    .list { border-top: 1px solid var(--border); }
    .inner { padding: 0 var(--space-4) var(--space-4); }
  `];

  @state() private _withdrawing: Token | undefined;
  @state() private _problem: Problem | undefined;
  @query("samtala-shell-new-token") private _new!: TokenDialog;
  @query("dialog") private _dialog!: HTMLDialogElement;

  private readonly _tokens = new Loader<Token[]>(
    this, signal => listAll<Token>(this.context.session.api, "/v1/tokens", "tokens", signal));

  override firstUpdated(): void {
    const route = this.context.router.route;
    if (route.page === "settings" && route.section === "tokens") this.scrollIntoView({ block: "start" });
  }

  override render(): TemplateResult {
    return html`
      <section class="card flush" aria-labelledby="tokens">
        <div class="row between head">
          <h2 id="tokens">${say("tokens")}</h2>
          <button class="button" @click=${() => this._new.open()}>${icon("plus")}${say("newToken")}</button>
        </div>
        <p class="soft text">${say("tokensText")}</p>
        ${this._tokens.value ? loaded(this._tokens, tokens => this._list(tokens))
          : html`<div class="inner">${loaded(this._tokens, () => nothing)}</div>`}
      </section>
      <samtala-shell-new-token .context=${this.context} @created=${this._tokens.reload}></samtala-shell-new-token>
      <dialog aria-labelledby="withdraw">${this._withdrawing ? this._confirm(this._withdrawing) : nothing}</dialog>`;
  }

  private _list(tokens: Token[]): TemplateResult {
    if (tokens.length === 0) return emptyView("key", say("noTokens"), say("noTokensText"));
    return html`<ul class="list">${repeat(tokens, token => token.name, token => html`
      <li class="row between">
        <div class="stack tight grow">
          <span class="row"><strong>${nameOf(token)}</strong>
            ${(token.scopes ?? []).map(scope => html`<code class="tag">${scope}</code>`)}</span>
          <span class="soft small-text">${say("createdAt", { time: "" })}${when(token.createTime)}${token.expireTime
            ? html`, ${say("endsAt", { time: "" })}${when(token.expireTime)}` : html`, ${say("neverEnds")}`}</span>
        </div>
        <button class="button small danger" aria-label=${`${say("withdraw")}: ${nameOf(token)}`}
          @click=${() => this._ask(token)}>${say("withdraw")}</button>
      </li>`)}</ul>`;
  }

  private _confirm(token: Token): TemplateResult {
    return html`
      <div class="stack">
        <h2 id="withdraw">${say("withdrawTitle", { name: nameOf(token) })}</h2>
        <p>${say("withdrawText")}</p>
        ${this._problem ? problemView(this._problem) : nothing}
        <div class="actions">
          <button class="button" @click=${() => this._dialog.close()}>${common("cancel")}</button>
          <button class="button danger" @click=${() => this._withdraw(token)}>${say("withdraw")}</button>
        </div>
      </div>`;
  }

  private async _ask(token: Token): Promise<void> {
    this._problem = undefined;
    this._withdrawing = token;
    await this.updateComplete;
    this._dialog.showModal();
  }

  private async _withdraw(token: Token): Promise<void> {
    try {
      await this.context.session.api.delete(`/v1/${token.name}`);
      this._dialog.close();
      notify(this, { text: say("withdrawn", { name: nameOf(token) }) });
      await this._tokens.reload();
    } catch (error) {
      this._problem = Problem.of(error);
    }
  }
}

function nameOf(token: Token): string {
  return token.displayName || token.name.replace(/^tokens\//, "");
}
