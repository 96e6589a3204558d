import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { notify, SamtalaElement, type Api } from "../../sdk/index.ts";
import { paths } from "../route.ts";
import { say } from "./catalogue.ts";
import type { ConfirmDialog, Act } from "./confirm-dialog.ts";
import "./confirm-dialog.ts";
import { int, isOwn, titleOf, type Log } from "./log.ts";
import { logStyles } from "./marks.ts";

/** Clearing, cutting back and deleting: each with what it does in words, and only once a word was typed. */
@customElement("samtala-shell-log-danger")
export class LogDanger extends SamtalaElement {
  static override styles = [SamtalaElement.styles, logStyles, css`
    .acts > li + li { border-top: 1px solid var(--border); padding-top: var(--space-3); margin-top: var(--space-3); }
    .acts > li { display: flex; gap: var(--space-3); align-items: center; justify-content: space-between; }
  `];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) log!: Log;
  @property({ attribute: false }) navigate!: (path: string) => void;
  @query("samtala-shell-log-confirm") private _dialog!: ConfirmDialog;

  override render(): TemplateResult {
    const log = this.log;
    const empty = int(log.length) === 0;
    return html`
      <section class="card" aria-labelledby="danger">
        <h2 id="danger">${say("danger")}</h2>
        <ul class="acts">
          ${this._act(say("clear"), say("clearText"), this._clear, empty)}
          ${log.writable
            ? this._act(say("truncate"), say("truncateText"), this._truncate, empty) : nothing}
          ${this._act(say("remove"), isOwn(log) ? say("removeOwn") : say("removeFollowed"), this._remove, false)}
        </ul>
      </section>
      <samtala-shell-log-confirm .log=${log}></samtala-shell-log-confirm>`;
  }

  private _act(label: string, text: string, run: () => void, disabled: boolean): TemplateResult {
    return html`
      <li><span class="soft small-text grow">${text}</span>
        <button class="button small danger" ?disabled=${disabled} @click=${run}>${label}</button></li>`;
  }

  private readonly _clear = (): void => {
    const last = int(this.log.length) - 1;
    this._open({
      title: say("clearTitle", { name: titleOf(this.log) }), text: say("clearText"), label: say("clear"),
      fields: [{ id: "from", label: say("clearFrom"), value: 0, max: last },
        { id: "to", label: say("clearTo"), value: last, max: last }],
      run: async ({ from = 0, to = 0 }) => {
        const body = { start: from, end: to + 1 };
        const answer = await this.api.post<{ cleared?: string }>(`/v1/${this.log.name}:clear`, body);
        this._done(say("cleared", { n: int(answer.cleared) }));
      },
    });
  };

  private readonly _truncate = (): void => {
    const length = int(this.log.length);
    this._open({
      title: say("truncateTitle", { name: titleOf(this.log) }), text: say("truncateText"), label: say("truncate"),
      fields: [{ id: "length", label: say("truncateTo"), value: length, max: length }],
      run: async ({ length: left = 0 }) => {
        const log = await this.api.post<Log>(`/v1/${this.log.name}:truncate`, { length: left });
        this._done(say("truncated", { name: titleOf(log), n: int(log.length) }));
      },
    });
  };

  private readonly _remove = (): void => {
    const name = titleOf(this.log);
    this._open({
      title: say("removeTitle", { name }), text: isOwn(this.log) ? say("removeOwn") : say("removeFollowed"),
      label: say("remove"), fields: [],
      run: async () => {
        await this.api.delete(`/v1/${this.log.name}`);
        notify(this, { text: say("removed", { name }) });
        this.navigate(paths.logs);
      },
    });
  };

  private _open(act: Act): void {
    this._dialog.open(act);
  }

  private _done(text: string): void {
    notify(this, { text });
    this.dispatchEvent(new CustomEvent("changed"));
  }
}
