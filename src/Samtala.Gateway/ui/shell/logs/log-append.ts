import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { bytes, notify, number, Problem, problemView, SamtalaElement, type Api } from "../../sdk/index.ts";
import { say } from "./catalogue.ts";
import { toBase64 } from "./entry.ts";
import { int, type Log } from "./log.ts";
import { logStyles } from "./marks.ts";

/** The longest that is appended at once (bytes): the node's own limit. */
const MOST = 3 * 1024 * 1024;

/** Appends text or a file as one entry. */
@customElement("samtala-shell-log-append")
export class LogAppend extends SamtalaElement {
  static override styles = [SamtalaElement.styles, logStyles, css`
    textarea { resize: vertical; min-height: 72px; padding-top: var(--space-2); }
    .actions { justify-content: flex-start; }
  `];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) log!: Log;
  @state() private _problem: Problem | undefined;
  @state() private _busy = false;
  @query("textarea") private _text!: HTMLTextAreaElement;
  @query("input") private _file!: HTMLInputElement;

  override render(): TemplateResult {
    return html`
      <form class="card stack" aria-labelledby="append" @submit=${this._submit}>
        <h2 id="append">${say("appendTitle")}</h2>
        <textarea class="input" rows="3" required aria-label=${say("appendText")} placeholder=${say("appendText")}
          aria-keyshortcuts="Control+Enter" @keydown=${this._key}></textarea>
        ${this._problem ? problemView(this._problem) : nothing}
        <div class="actions">
          <button class="button primary" title="Ctrl+Enter" ?disabled=${this._busy}>${say("append")}</button>
          <button type="button" class="button" ?disabled=${this._busy} @click=${() => this._file.click()}>
            ${say("appendFile")}</button>
          <input type="file" hidden tabindex="-1" aria-label=${say("appendFile")} @change=${this._chosen}>
        </div>
      </form>`;
  }

  private readonly _key = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this._text.form?.requestSubmit();
  };

  private readonly _submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const text = this._text.value;
    if (await this._append(say("appendText"), new TextEncoder().encode(text)) && this._text.value === text) {
      this._text.value = "";
    }
  };

  private readonly _chosen = async (): Promise<void> => {
    const file = this._file.files?.[0];
    if (!file) return;
    // The size is known before anything is read.
    if (this._fits(file.name, file.size)) await this._append(file.name, new Uint8Array(await file.arrayBuffer()));
    this._file.value = "";
  };

  private _fits(name: string, size: number): boolean {
    this._problem = size <= MOST ? undefined : new Problem(say("tooLong", { name }), -1,
      say("tooLongWhy", { size: bytes(size), most: bytes(MOST) }), say("tooLongRemedy"));
    return size <= MOST;
  }

  private async _append(name: string, data: Uint8Array): Promise<boolean> {
    if (this._busy || !this._fits(name, data.length)) return false;
    this._busy = true;
    try {
      const answer = await this.api.post<{ firstIndex?: string }>(
        `/v1/${this.log.name}:append`, { entries: [toBase64(data)] });
      notify(this, { text: say("appended", { index: number(int(answer.firstIndex)) }) });
      return true;
    } catch (error) {
      this._problem = Problem.of(error);
      return false;
    } finally {
      this._busy = false;
    }
  }
}
