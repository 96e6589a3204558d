import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { common, notify, Problem, problemView } from "../../sdk/index.ts";
import { paths } from "../route.ts";
import { ShellElement } from "../shell-element.ts";
import { LABEL } from "./addresses.ts";
import { say } from "./catalogue.ts";
import { keyOf, titleOf, type Log } from "./log.ts";

/** Makes an own log. */
@customElement("samtala-shell-log-create")
export class CreateDialog extends ShellElement {
  @state() private _problem: Problem | undefined;
  @state() private _busy = false;
  @query("dialog") private _dialog!: HTMLDialogElement;
  @query("form") private _form!: HTMLFormElement;

  /** Opens the dialog, empty. */
  open(): void {
    this._problem = undefined;
    this._form.reset();
    if (!this._dialog.open) this._dialog.showModal();
  }

  override render(): TemplateResult {
    return html`
      <dialog aria-labelledby="title">
        <form class="stack" @submit=${this._submit}>
          <h2 id="title">${say("createTitle")}</h2>
          <div class="field">
            <label for="label">${say("label")}</label>
            <input id="label" name="label" class="input" required pattern=${LABEL} maxlength="63" autocomplete="off"
              autocapitalize="none" spellcheck="false" aria-describedby="label-hint" title=${say("labelHint")}>
            <span id="label-hint" class="soft small-text">${say("labelHint")}</span>
          </div>
          ${this._choice("shared", say("sharedCheck"), say("sharedHint"))}
          ${this._choice("encrypted", say("encryptedCheck"), say("encryptedHint"))}
          ${this._problem ? problemView(this._problem) : nothing}
          <div class="actions">
            <button type="button" class="button" @click=${() => this._dialog.close()}>${common("cancel")}</button>
            <button class="button primary" ?disabled=${this._busy}>${say("createIt")}</button>
          </div>
        </form>
      </dialog>`;
  }

  private _choice(name: string, text: string, below: string): TemplateResult {
    return html`
      <label class="check">
        <input type="checkbox" name=${name}>
        <span class="stack tight"><span>${text}</span><span class="soft small-text">${below}</span></span>
      </label>`;
  }

  private readonly _submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const fields = new FormData(this._form);
    this._busy = true;
    this._problem = undefined;
    try {
      const log = await this.context.session.api.post<Log>("/v1/logs", {
        label: String(fields.get("label") ?? ""), shared: fields.has("shared"), encrypted: fields.has("encrypted"),
      });
      this._dialog.close();
      notify(this, { text: say("created", { name: titleOf(log) }) });
      this.context.router.navigate(paths.log(keyOf(log)));
    } catch (error) {
      this._problem = Problem.of(error);
    } finally {
      this._busy = false;
    }
  };
}
