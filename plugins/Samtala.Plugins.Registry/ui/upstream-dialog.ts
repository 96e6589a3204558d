import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { common, notify, Problem, problemView, SamtalaElement, type Api } from "@samtala/dashboard/sdk";
import { say } from "./catalogue.ts";
import { ecosystem, type Mirror } from "./registry.ts";

type Choice = "from-client" | "url" | "none";

/** Sets where a mirror gets packages from. What it holds stays, so there is nothing to be afraid of. */
@customElement("samtala-registry-upstream")
export class UpstreamDialog extends SamtalaElement {
  static override styles = [SamtalaElement.styles, css`
    fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
    legend { padding: 0; font-size: var(--size-title-2); font-weight: 600; margin-bottom: var(--space-4); }
    .field { margin-inline-start: var(--space-6); }
  `];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) mirror!: Mirror;
  @state() private _choice: Choice = "from-client";
  @state() private _problem: Problem | undefined;
  @state() private _busy = false;
  @query("dialog") private _dialog!: HTMLDialogElement;
  private _url = "";

  open(): void {
    const setting = this.mirror.upstreamSetting ?? "";
    this._choice = setting === "from-client" || setting === "none" ? setting : setting === "" ? "from-client" : "url";
    this._url = this.mirror.upstreamUrl ?? "";
    this._problem = undefined;
    this._dialog.showModal();
  }

  override render(): TemplateResult {
    return html`
      <dialog aria-label=${say("upstream")}>
        <form class="stack" @submit=${this._submit}>
          <fieldset class="stack">
            <legend>${say("changeTitle", { name: ecosystem(this.mirror.mirror) })}</legend>
            ${this._option("from-client", say("optionClient"), say("optionClientText"))}
            ${this._option("url", say("optionUrl"), "")}
            ${this._choice === "url" ? html`
              <div class="field">
                <label for="url">${say("url")}</label>
                <input id="url" class="input" type="url" pattern="https?://.+" required autocomplete="off"
                  .value=${this._url}
                  @input=${(event: Event) => { this._url = (event.target as HTMLInputElement).value; }}>
              </div>` : nothing}
            ${this._option("none", say("optionNone"), say("optionNoneText"))}
          </fieldset>
          ${this._problem ? problemView(this._problem) : nothing}
          <div class="actions">
            <button type="button" class="button" @click=${() => this._dialog.close()}>${common("cancel")}</button>
            <button class="button primary" ?disabled=${this._busy}>${say("save")}</button>
          </div>
        </form>
      </dialog>`;
  }

  private _option(value: Choice, text: string, below: string): TemplateResult {
    return html`
      <label class="check">
        <input type="radio" name="choice" value=${value} .checked=${this._choice === value}
          @change=${() => { this._choice = value; }}>
        <span class="stack tight"><span>${text}</span>${below
          ? html`<span class="soft small-text">${below}</span>` : nothing}</span>
      </label>`;
  }

  private readonly _submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const upstream = this._choice === "url" ? this._url.trim() : this._choice;
    this._busy = true;
    this._problem = undefined;
    try {
      await this.api.post(`/v1/registry/mirrors/${encodeURIComponent(this.mirror.mirror)}:setUpstream`, { upstream });
      this._dialog.close();
      notify(this, { text: say("saved", { name: ecosystem(this.mirror.mirror) }) });
      this.dispatchEvent(new CustomEvent("changed", { bubbles: true, composed: true }));
    } catch (error) {
      this._problem = Problem.of(error);
    } finally {
      this._busy = false;
    }
  };
}
