import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { bytes, notify, Problem, problemText, SamtalaElement, type Api } from "@samtala/dashboard/sdk";
import { say } from "./catalogue.ts";
import type { VerifyProgress } from "./registry.ts";

/** Hashes every file again, and tells how far it is. */
@customElement("samtala-registry-verify")
export class Verify extends SamtalaElement {
  @property({ attribute: false }) api!: Api;
  @state() private _progress: VerifyProgress | undefined;
  private _abort: AbortController | undefined;

  override disconnectedCallback(): void {
    this._abort?.abort();
    super.disconnectedCallback();
  }

  override render(): TemplateResult {
    const progress = this._progress;
    return html`
      <div class="row">
        ${progress ? html`
          <span class="soft small-text figures" role="status">${say("verifying", told(progress))}</span>` : nothing}
        <button class="button" ?disabled=${progress !== undefined} @click=${this._verify}>${say("verify")}</button>
      </div>`;
  }

  private readonly _verify = async (): Promise<void> => {
    this._progress = {};
    const abort = new AbortController();
    this._abort = abort;
    try {
      const options = { body: {}, signal: abort.signal };
      for await (const item of this.api.stream<VerifyProgress>("/v1/registry/mirrors:verify", options)) {
        this._progress = item.value;
      }
      const damaged = Number(this._progress.damaged ?? 0);
      if (damaged > 0) notify(this, { text: say("damaged", { n: damaged }), tone: "danger" });
      else notify(this, { text: say("verified", told(this._progress)) });
    } catch (error) {
      if (!abort.signal.aborted) notify(this, { text: problemText(Problem.of(error)), tone: "danger" });
    } finally {
      this._progress = undefined;
    }
  };
}

function told(progress: VerifyProgress): { n: number; bytes: string } {
  return { n: Number(progress.files ?? 0), bytes: bytes(progress.bytes) };
}
