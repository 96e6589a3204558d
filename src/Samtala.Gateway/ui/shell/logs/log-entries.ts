import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { loaded, Loader, notify, number, Problem, problemText, SamtalaElement, type Api } from "../../sdk/index.ts";
import { say } from "./catalogue.ts";
import { fromBase64 } from "./cells.ts";
import { entryRow, entryStyles } from "./entry-row.ts";
import { EntryWindow } from "./entry-window.ts";
import { int, type Log, type LogEntry } from "./log.ts";
import { logStyles } from "./marks.ts";
import { Steady } from "./steady.ts";

/** The newest entries, and those before them. They stand still while somebody points at them. */
@customElement("samtala-shell-log-entries")
export class LogEntries extends SamtalaElement {
  static override styles = [SamtalaElement.styles, logStyles, entryStyles, css`
    .top, .bottom { padding: var(--space-4); }
    .bottom { border-top: 1px solid var(--border); }
    .list { border-top: 1px solid var(--border); }
    .nothing { padding: 0 var(--space-4) var(--space-4); }
  `];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) log!: Log;
  /** Another number means that something has changed. */
  @property({ attribute: false }) changes = 0;
  /** Another number means that entries may be gone. */
  @property({ attribute: false }) losses = 0;
  @state() private _fetching: ReadonlySet<number> = new Set();

  private _leaving = new AbortController();
  private _pointed = false;
  private _focused = false;
  private readonly _window = new EntryWindow();
  private readonly _rows = new Loader<true>(this, signal => this._read(signal));
  private readonly _reading = new Steady(() => this._rows.reload());

  override connectedCallback(): void {
    this._leaving = new AbortController();
    super.connectedCallback();
  }

  override disconnectedCallback(): void {
    this._leaving.abort();
    this._reading.stop();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = this._window.to;
    const stale = changed.has("log") && this._window.follow(int(this.log.length), int(this.log.fork));
    if (changed.has("losses")) this._window.expire();
    if (!this.hasUpdated) return;
    if (stale || changed.has("changes") || this._window.to !== before) this._reading.changed();
  }

  override render(): TemplateResult {
    const { from, to, unseen } = this._window;
    const length = int(this.log.length);
    return html`
      <section class="card flush" aria-labelledby="entries">
        <div class="row between top">
          <h2 id="entries">${say("newest")}</h2>
          <span class="row">
            ${this._window.gap ? html`<button class="button small" ?disabled=${this._fetching.size > 0}
              @click=${this._fetchShown}>${say("fetchShown")}</button>` : nothing}
            ${length === 0 ? nothing : html`<span class="soft small-text figures">${say("range", {
              from: number(from), to: number(to - 1), n: number(length) })}</span>`}
          </span>
        </div>
        ${length === 0 ? html`<p class="soft nothing">${say("logEmpty")}</p>`
          : loaded(this._rows, () => this._list(from, to), 4)}
        ${from > 0 || to < length ? html`
          <div class="row between bottom">
            <button class="button small" ?disabled=${from === 0} @click=${() => this._go(from)}>${say("older")}</button>
            <span class="row">
              ${to < length ? html`
                <button class="button small" @click=${() => this._go(undefined)}>
                  ${unseen > 0 ? say("newEntries", { n: unseen }) : say("toNewest")}</button>` : nothing}
              <button class="button small" ?disabled=${to >= length}
                @click=${() => this._go(to + (to - from))}>${say("newer")}</button>
            </span>
          </div>` : nothing}
      </section>`;
  }

  private _list(from: number, to: number): TemplateResult {
    const indices = Array.from({ length: to - from }, (_, i) => to - 1 - i);
    return html`
      <ul class="list" @pointerenter=${this._hold} @pointerleave=${this._release}
        @focusin=${this._hold} @focusout=${this._release}>
        ${repeat(indices, index => index, index => html`<li>${entryRow({
          index, log: this.log, data: this._window.data(index), absent: this._window.isAbsent(index),
          unread: this._window.isUnread(index), busy: this._fetching.has(index), fetch: () => void this._fetch(index),
        })}</li>`)}
      </ul>`;
  }

  private _go(to: number | undefined): void {
    this._window.go(to);
    this.requestUpdate();
    this._reading.changed();
  }

  private readonly _hold = (event: Event): void => {
    if (event.type === "focusin") this._focused = true;
    else this._pointed = true;
    this._window.hold();
  };

  private readonly _release = (event: FocusEvent | PointerEvent): void => {
    const list = event.currentTarget as HTMLElement;
    if (event.type === "pointerleave") this._pointed = false;
    else this._focused = list.contains(event.relatedTarget as Node | null);
    if (!this._pointed && !this._focused && this._window.release()) this._go(undefined);
  };

  private async _read(signal: AbortSignal): Promise<true> {
    this._window.follow(int(this.log.length), int(this.log.fork));
    const wanted = this._window.wanted();
    if (!wanted) return true;
    const [start, pageSize] = wanted;
    const { fork } = this._window;
    const answer = await this.api.get<{ entries?: LogEntry[]; nextPageToken?: string }>(
      `/v1/${this.log.name}/entries`, { start, pageSize }, signal);
    const entries = (answer.entries ?? []).map(entry => [int(entry.index), fromBase64(entry.data)] as const);
    if (fork === this._window.fork) this._window.take(entries, wanted, (answer.nextPageToken ?? "") !== "");
    return true;
  }

  /** Fetches all shown entries that are not here; each is shown as it arrives. */
  private readonly _fetchShown = async (): Promise<void> => {
    const { gap, fork } = this._window;
    if (!gap) return;
    const query = { start: gap[0], end: gap[1] + 1 };
    this._fetching = new Set(Array.from({ length: query.end - query.start }, (_, i) => query.start + i));
    try {
      const path = `/v1/${this.log.name}/entries:read`;
      for await (const { value } of this.api.stream<LogEntry>(path, { query, signal: this._leaving.signal })) {
        if (fork !== this._window.fork) break;
        this._window.put(int(value.index), fromBase64(value.data));
        this.requestUpdate();
      }
    } catch (error) {
      if (!this._leaving.signal.aborted) notify(this, { text: problemText(Problem.of(error)), tone: "danger" });
    } finally {
      this._fetching = new Set();
    }
  };

  /** Fetches an entry from another node, or reads a long one. */
  private async _fetch(index: number): Promise<void> {
    this._fetching = new Set([...this._fetching, index]);
    const { fork } = this._window;
    try {
      const entry = await this.api.get<LogEntry>(`/v1/${this.log.name}/entries/${index}`);
      if (fork === this._window.fork) this._window.put(index, fromBase64(entry.data));
    } catch (error) {
      notify(this, { text: problemText(Problem.of(error)), tone: "danger" });
    } finally {
      this._fetching = new Set([...this._fetching].filter(other => other !== index));
    }
  }
}
