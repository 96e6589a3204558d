import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { bytes, number, SamtalaElement, shortKey } from "../../sdk/index.ts";
import { fingerprint } from "../fingerprint.ts";
import { say } from "./catalogue.ts";
import { fromBase64, percent, rangesOf, rangesText, shareOf } from "./cells.ts";
import { int, type LogAvailability } from "./log.ts";
import { logStyles } from "./marks.ts";
import { strip } from "./pictures.ts";

/** One who has some of the log. */
interface Holder {
  readonly key: string;
  readonly name: string;
  readonly cells: Uint8Array;
  readonly received: string;
  readonly sent: string;
  readonly roundTrip: string;
}

/** Who has which entries: a strip for this node and for everybody who is connected, and the same as a table. */
@customElement("samtala-shell-log-holders")
export class LogHolders extends SamtalaElement {
  static override styles = [SamtalaElement.styles, logStyles, css`
    .holders { display: flex; flex-direction: column; gap: var(--space-3); }
    .holder { display: grid; grid-template-columns: 24px minmax(0, 240px) minmax(0, 1fr) 56px;
      gap: var(--space-1) var(--space-3); align-items: center; }
    .holder > .face svg { width: 24px; height: 24px; border-radius: var(--radius-small); display: block; }
    .strip { width: 100%; height: 28px; display: block; background: var(--surface-sunken);
      border-radius: var(--radius-small); }
    .ends { display: flex; justify-content: space-between; }
    .hint { margin-top: var(--space-3); }
    @media (max-width: 639px) {
      .holder { grid-template-columns: 24px minmax(0, 1fr) 56px; }
      .holder > .strip { grid-column: 1 / -1; grid-row: 2; }
      .holder > .ends-cell { grid-column: 1 / -1; }
    }
    @media (min-width: 640px) { .holder > .ends-cell { grid-column: 3; } }
  `];

  @property({ attribute: false }) availability!: LogAvailability;
  /** This node's key, for its picture. */
  @property({ attribute: false }) device = "";

  override render(): TemplateResult {
    const length = int(this.availability.length);
    const holders = this._holders();
    return html`
      <section class="card" aria-labelledby="holders">
        <h2 id="holders">${say("holders")}</h2>
        <ul class="holders" aria-hidden="true">
          ${repeat(holders, holder => holder.key, holder => this._row(holder, length))}
          ${length === 0 ? nothing : html`
            <li class="holder"><span class="ends ends-cell soft small-text figures">
              <span>0</span><span>${number(length - 1)}</span></span></li>`}
        </ul>
        <p class="soft small-text hint">${say("holdersHint")}
          ${holders.length === 1 ? say("holdersNone") : nothing}</p>
        ${this._table(holders, length)}
      </section>`;
  }

  private _row(holder: Holder, length: number): TemplateResult {
    const traffic = holder.key === "" ? "" : say("traffic", { received: holder.received, sent: holder.sent });
    return html`
      <li class="holder">
        <span class="face">${fingerprint(holder.key || this.device)}</span>
        <span class="stack tight">
          <span class="break">${holder.name}</span>
          ${traffic ? html`<span class="soft small-text figures">${traffic}${holder.roundTrip
            ? `, ${holder.roundTrip}` : nothing}</span>` : nothing}
        </span>
        ${strip(holder.cells)}
        <span class="number">${length === 0 ? "–" : percent(shareOf(holder.cells, length))}</span>
      </li>`;
  }

  private _table(holders: readonly Holder[], length: number): TemplateResult {
    const which = (cells: Uint8Array): string =>
      rangesText(rangesOf(cells, length), say("some"), n => say("andMore", { n })) || say("none");
    return html`
      <div class="visually-hidden"><table>
        <caption>${say("holders")}</caption>
        <thead><tr>${[say("who"), say("has"), say("which"), say("received"), say("sent"), say("roundTrip")].map(text =>
          html`<th scope="col">${text}</th>`)}</tr></thead>
        <tbody>${repeat(holders, holder => holder.key, holder => html`
          <tr><th scope="row">${holder.name}</th><td>${percent(shareOf(holder.cells, length))}</td>
            <td>${which(holder.cells)}</td><td>${holder.received}</td><td>${holder.sent}</td>
            <td>${holder.roundTrip}</td></tr>`)}</tbody>
      </table></div>`;
  }

  private _holders(): Holder[] {
    const { here, peers = [] } = this.availability;
    const self = { key: "", name: say("thisNode"), cells: fromBase64(here), received: "", sent: "", roundTrip: "" };
    const others = peers.map(peer => ({
      key: `${peer.peer ?? ""}@${peer.address ?? ""}`,
      name: `${shortKey(peer.peer ?? "")} ${peer.address ?? ""}`,
      cells: fromBase64(peer.has),
      received: bytes(peer.receivedBytes),
      sent: bytes(peer.sentBytes),
      roundTrip: peer.roundTripMs ? say("milliseconds", { n: number(peer.roundTripMs, 1) }) : "",
    }));
    return [self, ...others];
  }
}
