import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { badge, number, SamtalaElement } from "../../sdk/index.ts";
import { answersOf } from "./addresses.ts";
import { say } from "./catalogue.ts";
import type { Log, LogPeer } from "./log.ts";
import { logStyles } from "./marks.ts";

/** Where a followed log comes from, and whether they answer. */
@customElement("samtala-shell-log-sources")
export class LogSources extends SamtalaElement {
  static override styles = [SamtalaElement.styles, logStyles, css`
    .lines > li { padding: var(--space-2) 0; }
    .lines > li + li { border-top: 1px solid var(--border); }
  `];

  @property({ attribute: false }) log!: Log;
  @property({ attribute: false }) connected: readonly LogPeer[] = [];

  override render(): TemplateResult {
    const addresses = this.log.peers ?? [];
    const answers = answersOf(addresses, this.connected);
    return html`
      <section class="card stack" aria-labelledby="sources">
        <h2 id="sources">${say("sources")}</h2>
        ${addresses.length === 0 ? html`<p class="soft">${say("sourcesNone")}</p>` : html`
          <ul class="lines">${addresses.map(address => this._line(address, answers.get(address)))}</ul>`}
        <p class="soft small-text">${this.log.downloadAll ? say("fetchesAll") : say("fetchesAsked")}</p>
      </section>`;
  }

  private _line(address: string, peer: LogPeer | undefined): TemplateResult {
    const time = peer?.roundTripMs ? say("milliseconds", { n: number(peer.roundTripMs, 1) }) : nothing;
    return html`
      <li class="row between">
        <code>${address}</code>
        <span class="row"><span class="soft small-text figures">${time}</span>
          ${peer ? badge(say("answers"), "positive") : badge(say("silent"), "warning")}</span>
      </li>`;
  }
}
