import { css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { bytes, copyButton, icon, loaded, Loader, SamtalaElement, type Api } from "../../sdk/index.ts";
import { say } from "./catalogue.ts";
import { fromBase64 } from "./cells.ts";
import { hex } from "./entry.ts";
import type { LogHead } from "./log.ts";

/** Why a log is frozen, and the two signed heads that contradict each other, to be shown to others. */
@customElement("samtala-shell-log-frozen")
export class LogFrozen extends SamtalaElement {
  static override styles = [SamtalaElement.styles, css`
    .proofs { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: var(--space-4); width: 100%; }
    .proofs code { display: block; max-height: 96px; overflow: auto; overflow-wrap: anywhere; }
    @media (max-width: 639px) { .proofs { grid-template-columns: minmax(0, 1fr); } }
  `];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) name = "";

  private readonly _head = new Loader<LogHead>(
    this, signal => this.api.get<LogHead>(`/v1/${this.name}:head`, {}, signal));

  override render(): TemplateResult {
    return html`
      <section class="problem" aria-labelledby="frozen">
        ${icon("lock")}
        <div class="stack grow">
          <div class="stack tight">
            <h2 id="frozen">${say("frozenTitle")}</h2>
            <span>${say("frozenText")}</span><span>${say("frozenRemedy")}</span>
          </div>
          ${loaded(this._head, head => html`
            <div class="proofs">${(head.conflict ?? []).map((proof, index) => this._proof(proof, index + 1))}</div>`)}
        </div>
      </section>`;
  }

  private _proof(proof: string, n: number): TemplateResult {
    const data = fromBase64(proof);
    const digits = hex(data).replaceAll(" ", "");
    const title = say("proof", { n });
    return html`
      <div class="stack tight">
        <span class="row between"><strong>${title}</strong>
          <span class="soft small-text figures">${bytes(data.length)} ${copyButton(digits)}</span></span>
        <code class="small-text" tabindex="0" role="region" aria-label=${title}>${digits}</code>
      </div>`;
  }
}
