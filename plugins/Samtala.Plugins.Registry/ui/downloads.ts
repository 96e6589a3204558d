import { css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import {
  badge, bytes, clock, common, emptyView, exact, Follower, problemView, SamtalaElement, type Api, type FollowState,
  type Tone,
} from "@samtala/dashboard/sdk";
import { say } from "./catalogue.ts";
import { ecosystem, type Download } from "./registry.ts";

/** How many downloads are shown. */
const MAX_ROWS = 100;
const TONES: Record<FollowState, Tone> = { connecting: "plain", live: "positive", lost: "warning", ended: "plain" };

interface Row extends Download {
  readonly number: number;
}

/** What clients download, as it happens; the newest first. */
@customElement("samtala-registry-downloads")
export class Downloads extends SamtalaElement {
  static override styles = [SamtalaElement.styles, css`
    .head { padding: var(--space-4); }
    .scroll { max-height: 360px; overflow: auto; border-top: 1px solid var(--border); }
    thead th { position: sticky; top: 0; background: var(--surface-raised); }
    td.path { overflow-wrap: anywhere; }
    .problem { margin: 0 var(--space-4) var(--space-4); }
    @media (max-width: 639px) { .wide { display: none; } th, td { padding: var(--space-2); } }
  `];

  @property({ attribute: false }) api!: Api;
  private _rows: Row[] = [];
  private _count = 0;
  private _drawn = 0;

  private readonly _follower = new Follower<Download>(this, {
    api: () => this.api,
    source: () => ({ path: "/v1/registry/downloads:watch" }),
    item: download => this._add(download),
  });

  override render(): TemplateResult {
    const { state, problem } = this._follower;
    return html`
      <section class="card flush" aria-labelledby="title">
        <div class="row between head">
          <h2 id="title">${say("downloads")}</h2>${badge(common(state), TONES[state])}
        </div>
        ${problem && !problem.offline ? problemView(problem, this._follower.restart) : ""}
        ${this._rows.length > 0 ? this._table()
          : emptyView("download", say("downloadsEmpty"), say("downloadsEmptyText"))}
      </section>`;
  }

  private _add(download: Download): void {
    this._rows = [{ ...download, number: this._count++ }, ...this._rows].slice(0, MAX_ROWS);
    // An install brings hundreds a second: they are drawn once per frame.
    if (this._drawn !== 0) return;
    this._drawn = requestAnimationFrame(() => {
      this._drawn = 0;
      this.requestUpdate();
    });
  }

  private _table(): TemplateResult {
    return html`
      <div class="scroll" tabindex="0" role="group" aria-label=${say("downloads")}>
        <table>
          <thead><tr>
            <th scope="col">${say("time")}</th><th scope="col" class="wide">${say("ecosystem")}</th>
            <th scope="col">${say("what")}</th><th scope="col" class="number">${say("size")}</th>
            <th scope="col" class="wide">${say("source")}</th>
          </tr></thead>
          <tbody>${repeat(this._rows, row => row.number, row => this._row(row))}</tbody>
        </table>
      </div>`;
  }

  private _row(row: Row): TemplateResult {
    const time = new Date(row.time ?? 0);
    const status = row.status ?? 0;
    const size = status >= 400 ? badge(say("failed", { status: String(status) }), "danger")
      : status === 304 ? say("unchanged") : Number(row.bytes ?? 0) === 0 ? "–" : bytes(row.bytes);
    return html`
      <tr>
        <td class="figures nowrap soft">
          <time datetime=${time.toISOString()} title=${exact(time)}>${clock(time)}</time>
        </td>
        <td class="wide">${ecosystem(row.mirror)}</td>
        <td class="path">${row.path}</td>
        <td class="number">${size}</td>
        <td class="wide soft">${row.source === "CACHE" || row.source === "MIRROR" ? say(row.source) : ""}</td>
      </tr>`;
  }
}
