import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import {
  badge, bytes, common, emptyView, Follower, icon, keyView, loaded, Loader, number, SamtalaElement,
  type FollowState, type Tone,
} from "../../sdk/index.ts";
import { fingerprint } from "../fingerprint.ts";
import { paths } from "../route.ts";
import { ShellElement } from "../shell-element.ts";
import { say } from "./catalogue.ts";
import { CELLS, fromBase64, percent, shareOf } from "./cells.ts";
import { after, hexOf, int, isOwn, keyOf, titleOf, type Log, type LogAvailability, type LogEvent } from "./log.ts";
import "./log-about.ts";
import "./log-append.ts";
import "./log-confirm.ts";
import "./log-danger.ts";
import "./log-entries.ts";
import "./log-frozen.ts";
import "./log-holders.ts";
import "./log-share.ts";
import "./log-sources.ts";
import "./log-verify.ts";
import { contiguity, logStyles, marks } from "./marks.ts";
import { Steady } from "./steady.ts";

/** How often what no event tells of is read: who is connected, what they have (milliseconds). */
const EVERY = 2000;
const TONES: Record<FollowState, Tone> = { connecting: "plain", live: "positive", lost: "warning", ended: "plain" };

/** What is shown of a log. */
interface Shown {
  readonly log: Log;
  readonly availability: LogAvailability;
}

/** One log: how it is, who has it, what is in it, and what the owner can do with it. Kept up to date as it changes. */
@customElement("samtala-shell-log")
export class LogPage extends ShellElement {
  static override styles = [SamtalaElement.styles, logStyles, css`
    .figures-row { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: var(--space-4); }
    .figure strong { font-size: var(--size-title-2); font-weight: 600; }
    .title { display: flex; gap: var(--space-3); align-items: center; min-width: 0; }
    h1 { overflow-wrap: anywhere; }
    .columns { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: var(--space-4);
      align-items: start; }
    @media (max-width: 899px) { .columns { grid-template-columns: minmax(0, 1fr); }
      .figures-row { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
  `];

  /** As the address has it: the key in either form, or the label. */
  @property({ attribute: false }) key = "";
  /** Grows with every change, so that the parts know to read again. */
  @state() private _changes = 0;
  /** Grows when what was read may no longer be here. */
  @state() private _losses = 0;

  private readonly _shown = new Loader<Shown>(this, signal => this._read(signal), EVERY);
  private readonly _reading = new Steady(() => this._shown.reload());
  private readonly _watch = new Follower<LogEvent>(this, {
    api: () => this.context.session.api,
    source: () => ({ path: `${this._path}:watch` }),
    // What happened while nobody listened was missed.
    open: () => { this._losses++; this._touched(); },
    item: event => this._happened(event),
  });

  private get _path(): string {
    return `/v1/logs/${encodeURIComponent(this.key)}`;
  }

  override disconnectedCallback(): void {
    this._reading.stop();
    super.disconnectedCallback();
  }

  override render(): TemplateResult {
    const { problem, value } = this._shown;
    const gone = problem?.status === 404;
    return html`
      <div class="stack">
        <a class="back small-text" href=${paths.logs}>${icon("back")}${say("logs")}</a>
        ${gone ? this._unknown() : loaded(this._shown, shown => this._show(shown), 8)}
      </div>
      ${value && !gone ? nothing : html`<h1 class="visually-hidden">${say("logs")}</h1>`}`;
  }

  private _unknown(): TemplateResult {
    return emptyView("log", say("unknownLog"), say("unknownLogText"),
      { label: say("showLogs"), run: () => this.context.router.navigate(paths.logs) });
  }

  private _show({ log, availability }: Shown): TemplateResult {
    const api = this.context.session.api;
    return html`
      <div class="row between">
        <div class="title">
          <span class="mark">${fingerprint(hexOf(log))}</span>
          <div class="stack tight">
            <h1>${titleOf(log)}</h1>
            <span class="row">${keyView(keyOf(log))} ${marks(log)}</span>
          </div>
        </div>
        ${badge(common(this._watch.state), TONES[this._watch.state])}
      </div>
      ${log.unconfirmed ? html`
        <samtala-shell-log-unconfirmed .api=${api} .log=${log} @changed=${this._touched}>
        </samtala-shell-log-unconfirmed>`
        : log.problem ? html`<p class="note warning" role="status">${log.problem}</p>` : nothing}
      ${log.frozen ? html`
        <samtala-shell-log-frozen .api=${api} .name=${log.name}></samtala-shell-log-frozen>` : nothing}
      <div class="figures-row">${this._figures(log, availability)}</div>
      <samtala-shell-log-holders .availability=${availability}
        .device=${this.context.node.status?.device ?? ""}></samtala-shell-log-holders>
      <div class="columns">
        <div class="stack">
          ${log.writable ? html`
            <samtala-shell-log-append .api=${api} .log=${log}></samtala-shell-log-append>` : nothing}
          <samtala-shell-log-entries .api=${api} .log=${log} .changes=${this._changes}
            .losses=${this._losses}></samtala-shell-log-entries>
        </div>
        <div class="stack">
          ${isOwn(log) ? nothing : html`
            <samtala-shell-log-sources .log=${log} .connected=${availability.peers ?? []}></samtala-shell-log-sources>`}
          <samtala-shell-log-share .api=${api} .log=${log} @changed=${this._touched}></samtala-shell-log-share>
          <samtala-shell-log-verify .api=${api} .log=${log}></samtala-shell-log-verify>
          <samtala-shell-log-about .log=${log}></samtala-shell-log-about>
          <samtala-shell-log-danger .api=${api} .log=${log} .navigate=${this.context.router.navigate}
            @changed=${this._touched}></samtala-shell-log-danger>
        </div>
      </div>`;
  }

  private _figures(log: Log, availability: LogAvailability): TemplateResult[] {
    const length = int(log.length);
    const fork = int(log.fork);
    const here = shareOf(fromBase64(availability.here), int(availability.length));
    return [
      figure(say("length"), number(length), say("lengthBelow")),
      figure(say("size"), bytes(log.byteLength), say("sizeBelow")),
      figure(say("here"), length === 0 ? "–" : percent(here), contiguity(log)),
      figure(say("fork"), number(fork), say("forkBelow", { n: fork })),
    ];
  }

  /** One cell for each entry of a short log, so that every cell stands for some. */
  private async _read(signal: AbortSignal): Promise<Shown> {
    const api = this.context.session.api;
    const log = await api.get<Log>(this._path, {}, signal);
    const cells = Math.min(CELLS, Math.max(1, int(log.length)));
    const availability = await api.get<LogAvailability>(`${this._path}:availability`, { cells }, signal);
    return { log, availability };
  }

  /** Shows at once what the event tells, and reads the rest soon. */
  private _happened(event: LogEvent): void {
    const shown = this._shown.value;
    if (shown) this._shown.set({ ...shown, log: after(shown.log, event) });
    if (event.kind === "CLEARED") this._losses++;
    this._touched();
  }

  private readonly _touched = (): void => {
    this._changes++;
    this._reading.changed();
  };
}

function figure(label: string, value: string, below: string): TemplateResult {
  return html`
    <div class="card figure figures stack tight">
      <span class="soft small-text">${label}</span><strong>${value}</strong>
      <span class="soft small-text">${below}</span>
    </div>`;
}
