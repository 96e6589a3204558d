import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { bytes, common, emptyView, icon, keyView, listAll, loaded, Loader, SamtalaElement } from "../../sdk/index.ts";
import { fingerprint } from "../fingerprint.ts";
import { paths, type Route } from "../route.ts";
import { ShellElement } from "../shell-element.ts";
import { say } from "./catalogue.ts";
import type { CreateDialog } from "./create-dialog.ts";
import "./create-dialog.ts";
import type { FollowDialog } from "./follow-dialog.ts";
import "./follow-dialog.ts";
import { hexOf, inOrder, int, keyOf, titleOf, type Log } from "./log.ts";
import { contiguity, contiguousShare, logStyles, marks } from "./marks.ts";
import { slimBar } from "./pictures.ts";

/** How often the list is read while it is seen (milliseconds). */
const EVERY = 3000;
/** How many logs are shown at first, and how many more each time. */
const STEP = 200;

/** All logs: whose they are, how long, and how much of them is here. */
@customElement("samtala-shell-logs")
export class LogsPage extends ShellElement {
  static override styles = [SamtalaElement.styles, logStyles, css`
    .list > li { padding: var(--space-4); display: grid; grid-template-columns: 36px minmax(0, 1fr) 220px;
      gap: var(--space-2) var(--space-4); align-items: center; contain-intrinsic-size: auto 88px; }
    .name { font-weight: 600; color: inherit; text-decoration: none; overflow-wrap: anywhere; }
    .name:hover { text-decoration: underline; }
    .trouble { display: flex; gap: var(--space-1); color: var(--warning); overflow-wrap: anywhere; }
    .trouble .icon { width: 18px; height: 18px; margin-top: 2px; }
    .more { padding: var(--space-4); border-top: 1px solid var(--border); text-align: center; }
    @media (max-width: 639px) {
      .list > li { grid-template-columns: 36px minmax(0, 1fr); align-items: start; }
      .list > li > .amount { grid-column: 2; }
    }
  `];

  @query("samtala-shell-log-create") private _create!: CreateDialog;
  @query("samtala-shell-log-follow") private _follow!: FollowDialog;
  @state() private _limit = STEP;
  private _asked: Route | undefined;

  private readonly _logs = new Loader<Log[]>(this, signal =>
    listAll<Log>(this.context.session.api, "/v1/logs", "logs", signal, this._limit), EVERY);

  override render(): TemplateResult {
    return html`
      <div class="stack">
        <div class="row between">
          <h1>${say("logs")}</h1>
          <div class="row">
            <button class="button" @click=${() => this._follow.open()}>${icon("download")}${say("follow")}</button>
            <button class="button" @click=${() => this._create.open()}>${icon("plus")}${say("create")}</button>
          </div>
        </div>
        ${loaded(this._logs, logs => this._list(logs), 5)}
      </div>
      <samtala-shell-log-create .context=${this.context}></samtala-shell-log-create>
      <samtala-shell-log-follow .context=${this.context}></samtala-shell-log-follow>`;
  }

  /** An address may ask for a dialog: it is opened once, and the address is the page's own again. */
  protected override updated(_changed: PropertyValues): void {
    const route = this.context.router.route;
    if (route === this._asked || route.page !== "logs") return;
    this._asked = route;
    if (route.ask === "") return;
    history.replaceState(history.state, "", paths.logs);
    const dialog = route.ask === "new" ? this._create : this._follow;
    void dialog.updateComplete.then(() => dialog.open());
  }

  private _list(logs: Log[]): TemplateResult {
    if (logs.length === 0) {
      return emptyView("log", say("whatIsALog"), say("whatIsALogText"),
        { label: say("create"), run: () => this._create.open() });
    }
    const more = async (): Promise<void> => {
      this._limit += STEP;
      await this._logs.reload();
    };
    return html`
      <div class="card flush">
        <ul class="list">${repeat(inOrder(logs), log => log.name, log => this._row(log))}</ul>
        ${logs.length < this._limit ? nothing : html`
          <div class="more"><button class="button" @click=${more}>${common("more")}</button></div>`}
      </div>`;
  }

  private _row(log: Log): TemplateResult {
    return html`
      <li>
        <span class="mark">${fingerprint(hexOf(log))}</span>
        <div class="stack tight">
          <span class="row"><a class="name" href=${paths.log(keyOf(log))}>${titleOf(log)}</a> ${marks(log)}</span>
          <span class="soft small-text">${keyView(keyOf(log))}</span>
          ${log.problem ? html`<span class="trouble small-text">${icon("warning")}${log.problem}</span>` : nothing}
        </div>
        <div class="stack tight amount">
          <span class="figures">${say("entries", { n: int(log.length) })}, ${bytes(log.byteLength)}</span>
          ${slimBar(contiguousShare(log))}
          <span class="soft small-text figures">${contiguity(log)}${log.connectedPeers
            ? ` · ${say("connected", { n: log.connectedPeers })}` : nothing}</span>
        </div>
      </li>`;
  }
}
