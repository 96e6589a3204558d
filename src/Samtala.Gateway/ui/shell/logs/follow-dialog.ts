import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { common, notify, Problem, problemView } from "../../sdk/index.ts";
import { paths } from "../route.ts";
import { ShellElement } from "../shell-element.ts";
import { isKey, isSecret, LABEL, readAddresses } from "./addresses.ts";
import { say } from "./catalogue.ts";
import { keyOf, titleOf, type Log } from "./log.ts";

/** Follows somebody else's log. What is wrong with a field is told at the field, before the node is asked. */
@customElement("samtala-shell-log-follow")
export class FollowDialog extends ShellElement {
  @state() private _problem: Problem | undefined;
  @state() private _busy = false;
  @query("dialog") private _dialog!: HTMLDialogElement;
  @query("form") private _form!: HTMLFormElement;

  /** Opens the dialog, empty. */
  open(): void {
    this._problem = undefined;
    this._form.reset();
    this._form.querySelectorAll("input").forEach(input => input.setCustomValidity(""));
    if (!this._dialog.open) this._dialog.showModal();
  }

  override render(): TemplateResult {
    return html`
      <dialog aria-labelledby="title">
        <form class="stack" @submit=${this._submit} @input=${this._check}>
          <h2 id="title">${say("followTitle")}</h2>
          ${this._field("key", say("key"), say("keyHint"), true)}
          ${this._field("peers", say("addresses"), say("addressesHint"), true)}
          ${this._field("label", say("labelOptional"), "", false, LABEL)}
          <label class="check">
            <input type="checkbox" name="all" checked>
            <span class="stack tight"><span>${say("downloadAll")}</span>
              <span class="soft small-text">${say("downloadAllHint")}</span></span>
          </label>
          ${this._field("secret", say("secret"), "", false)}
          ${this._problem ? problemView(this._problem) : nothing}
          <div class="actions">
            <button type="button" class="button" @click=${() => this._dialog.close()}>${common("cancel")}</button>
            <button class="button primary" ?disabled=${this._busy}>${say("followIt")}</button>
          </div>
        </form>
      </dialog>`;
  }

  private _field(name: string, label: string, hint: string, required: boolean, pattern?: string): TemplateResult {
    return html`
      <div class="field">
        <label for=${name}>${label}</label>
        <input id=${name} name=${name} class="input" ?required=${required} pattern=${pattern ?? nothing}
          autocomplete="off" autocapitalize="none" spellcheck="false"
          title=${pattern ? say("labelHint") : nothing} aria-describedby=${hint ? `${name}-hint` : nothing}>
        ${hint ? html`<span id="${name}-hint" class="soft small-text">${hint}</span>` : nothing}
      </div>`;
  }

  private readonly _check = (): void => {
    const { key, peers, secret } = this._values();
    const wrong = readAddresses(peers).wrong[0];
    const tell = (name: string, text: string): void =>
      this._form.querySelector<HTMLInputElement>(`#${name}`)?.setCustomValidity(text);
    tell("key", key === "" || isKey(key) ? "" : say("keyWrong"));
    tell("peers", wrong === undefined ? "" : say("addressesWrong", { what: wrong }));
    tell("secret", secret === "" || isSecret(secret) ? "" : say("secretWrong"));
  };

  private _values(): { key: string; peers: string; label: string; secret: string; all: boolean } {
    const fields = new FormData(this._form);
    const text = (name: string): string => String(fields.get(name) ?? "").trim();
    return {
      key: text("key"), peers: text("peers"), label: text("label"), secret: text("secret"), all: fields.has("all"),
    };
  }

  private readonly _submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { key, peers, label, secret, all } = this._values();
    this._busy = true;
    this._problem = undefined;
    try {
      const log = await this.context.session.api.post<Log>("/v1/logs:follow", {
        key, peers: readAddresses(peers).good, label, downloadAll: all, encryptionKey: secret,
      });
      this._dialog.close();
      notify(this, { text: say("follows", { name: titleOf(log) }) });
      this.context.router.navigate(paths.log(keyOf(log)));
    } catch (error) {
      this._problem = Problem.of(error);
    } finally {
      this._busy = false;
    }
  };
}
