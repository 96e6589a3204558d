import { html, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { notify, number, SamtalaElement, type Api } from "../../sdk/index.ts";
import { say } from "./catalogue.ts";
import type { ConfirmDialog } from "./confirm-dialog.ts";
import "./confirm-dialog.ts";
import { int, titleOf, type Log } from "./log.ts";
import { logStyles } from "./marks.ts";

/** Why an own log is not written, and the way on for somebody who knows that nothing is missing. */
@customElement("samtala-shell-log-unconfirmed")
export class LogUnconfirmed extends SamtalaElement {
  static override styles = [SamtalaElement.styles, logStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) log!: Log;
  @query("samtala-shell-log-confirm") private _dialog!: ConfirmDialog;

  override render(): TemplateResult {
    return html`
      <section class="note warning row between" aria-labelledby="unconfirmed">
        <div class="stack tight grow">
          <h2 id="unconfirmed">${say("unconfirmedTitle")}</h2><p>${say("unconfirmedText")}</p>
        </div>
        <button class="button" @click=${this._ask}>${say("confirm")}</button>
      </section>
      <samtala-shell-log-confirm .log=${this.log}></samtala-shell-log-confirm>`;
  }

  private readonly _ask = (): void => {
    const name = titleOf(this.log);
    this._dialog.open({
      title: say("confirmTitle", { name }), text: say("confirmText", { n: number(int(this.log.length)) }),
      label: say("confirm"), fields: [],
      run: async () => {
        await this.api.post(`/v1/${this.log.name}:confirm`);
        notify(this, { text: say("confirmed", { name }) });
        this.dispatchEvent(new CustomEvent("changed"));
      },
    });
  };
}
