import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { common, copyButton, Problem, problemView, SamtalaElement } from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import { ShellElement } from "./shell-element.ts";

const DAY = 86_400;

/** Makes a token and shows its secret, once. */
@customElement("samtala-shell-new-token")
export class TokenDialog extends ShellElement {
  static override styles = [SamtalaElement.styles, css`
    .secret { display: flex; align-items: center; gap: var(--space-2); }
  `];

  @state() private _secret = "";
  @state() private _problem: Problem | undefined;
  @state() private _busy = false;
  @query("dialog") private _dialog!: HTMLDialogElement;
  @query("form") private _form?: HTMLFormElement;

  open(): void {
    this._secret = "";
    this._problem = undefined;
    this._form?.reset();
    this._dialog.showModal();
  }

  override render(): TemplateResult {
    return html`
      <dialog aria-labelledby="title" @close=${() => { this._secret = ""; }}>
        ${this._secret ? this._done() : this._fields()}
      </dialog>`;
  }

  private _fields(): TemplateResult {
    return html`
      <form class="stack" @submit=${this._submit}>
        <h2 id="title">${say("newToken")}</h2>
        <div class="field">
          <label for="name">${say("tokenName")}</label>
          <input id="name" name="name" class="input" required maxlength="128" autocomplete="off">
        </div>
        <div class="field">
          <label for="scopes">${say("tokenScopes")}</label>
          <input id="scopes" name="scopes" class="input" required autocomplete="off" spellcheck="false"
            aria-describedby="scopes-hint">
          <span id="scopes-hint" class="soft small-text">${say("tokenScopesHint")}</span>
        </div>
        <div class="field">
          <label for="ttl">${say("tokenTtl")}</label>
          <div><select id="ttl" name="ttl" class="input">
            <option value="">${say("forever")}</option>
            <option value=${DAY}>${say("oneDay")}</option>
            <option value=${30 * DAY}>${say("oneMonth")}</option>
            <option value=${365 * DAY}>${say("oneYear")}</option>
          </select></div>
        </div>
        ${this._problem ? problemView(this._problem) : nothing}
        <div class="actions">
          <button type="button" class="button" @click=${() => this._dialog.close()}>${common("cancel")}</button>
          <button class="button primary" ?disabled=${this._busy}>${say("create")}</button>
        </div>
      </form>`;
  }

  private _done(): TemplateResult {
    return html`
      <div class="stack">
        <h2 id="title">${say("newToken")}</h2>
        <p>${say("tokenSecret")}</p>
        <div class="note secret"><code class="grow">${this._secret}</code>${copyButton(this._secret)}</div>
        <div class="actions">
          <button class="button primary" autofocus @click=${() => this._dialog.close()}>${say("done")}</button>
        </div>
      </div>`;
  }

  private readonly _submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const fields = new FormData(event.target as HTMLFormElement);
    const ttl = String(fields.get("ttl") ?? "");
    this._busy = true;
    this._problem = undefined;
    try {
      const answer = await this.context.session.api.post<{ secret?: string }>("/v1/tokens", {
        displayName: String(fields.get("name") ?? ""),
        scopes: String(fields.get("scopes") ?? "").split(/[\s,]+/).filter(scope => scope !== ""),
        ...(ttl === "" ? {} : { ttl: `${ttl}s` }),
      });
      this._secret = answer.secret ?? "";
      this.dispatchEvent(new CustomEvent("created"));
    } catch (error) {
      this._problem = Problem.of(error);
    } finally {
      this._busy = false;
    }
  };
}
