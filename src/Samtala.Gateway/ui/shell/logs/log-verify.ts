import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { bytes, icon, number, Problem, problemView, SamtalaElement, type Api } from "../../sdk/index.ts";
import { say } from "./catalogue.ts";
import { int, type Log, type VerifyLogProgress } from "./log.ts";
import { logStyles } from "./marks.ts";
import { Verdict } from "./verdict.ts";

/** Reads every entry that is here again and checks it against the signature; tells how far it is and how it went. */
@customElement("samtala-shell-log-verify")
export class LogVerify extends SamtalaElement {
  static override styles = [SamtalaElement.styles, logStyles, css`
    progress { width: 100%; height: 8px; accent-color: var(--accent); }
    .result:empty { margin-top: calc(-1 * var(--space-4)); }
    .fine { display: flex; gap: var(--space-2); }
    .fine .icon { color: var(--positive); }
  `];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) log!: Log;
  @state() private _verdict: Verdict | undefined;
  @state() private _problem: Problem | undefined;
  @state() private _abort: AbortController | undefined;

  override disconnectedCallback(): void {
    this._abort?.abort();
    super.disconnectedCallback();
  }

  override render(): TemplateResult {
    const busy = this._abort !== undefined;
    return html`
      <section class="card stack" aria-labelledby="verify">
        <div class="row between">
          <h2 id="verify">${say("intact")}</h2>
          ${busy ? html`<button class="button small" @click=${this._stop}>${say("stop")}</button>`
            : html`<button class="button small" @click=${this._verify}>${say("check")}</button>`}
        </div>
        ${busy ? this._progress() : nothing}
        <div class="stack result" role="status">${!busy && this._verdict ? this._result(this._verdict) : nothing}</div>
        ${this._problem ? problemView(this._problem, this._verify) : nothing}
      </section>`;
  }

  private _progress(): TemplateResult {
    const length = int(this.log.length);
    const { entries = 0, absent = 0, size = 0 } = this._verdict ?? {};
    const text = say("checking", { n: entries, length: number(length), bytes: bytes(size) });
    return html`
      <div class="stack tight">
        <progress max=${Math.max(1, length)} .value=${Math.min(length, entries + absent)} aria-label=${text}></progress>
        <span class="soft small-text figures">${text}</span>
      </div>`;
  }

  private _result(verdict: Verdict): TemplateResult {
    const { entries, absent, size, damaged } = verdict;
    const missing = absent > 0 ? html`<p class="soft">${say("checkAbsent", { n: absent })}</p>` : nothing;
    switch (verdict.kind) {
      case "empty": return html`<p class="soft">${say("checkEmpty")}</p>`;
      case "unfinished": return html`<p class="soft">${say("checkUnfinished")}</p>`;
      case "fine": return html`
        <p class="fine">${icon("check")}<span>${say("checkFine", { n: entries, bytes: bytes(size) })}</span></p>
        ${missing}`;
      case "signature": return problemView(new Problem(say("checkSignature"), -1, say("checkSignatureText")));
      case "damaged": return html`
        ${problemView(new Problem(say("checkDamaged", { n: damaged.length }), -1,
          say("checkDamagedText", { list: verdict.list(n => say("andMore", { n })) })))} ${missing}`;
    }
  }

  private readonly _stop = (): void => {
    this._abort?.abort();
    this._abort = undefined;
  };

  private readonly _verify = async (): Promise<void> => {
    const abort = new AbortController();
    this._abort = abort;
    this._problem = undefined;
    this._verdict = undefined;
    try {
      const path = `/v1/${this.log.name}:verify`;
      let verdict = Verdict.none;
      for await (const item of this.api.stream<VerifyLogProgress>(path, { body: {}, signal: abort.signal })) {
        verdict = verdict.with(item.value);
        this._verdict = verdict;
      }
      this._verdict = verdict;
    } catch (error) {
      if (!abort.signal.aborted) this._problem = Problem.of(error);
    } finally {
      if (this._abort === abort) this._abort = undefined;
    }
  };
}
