import { html, css, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import {
  bytes, Loader, loaded, number, SamtalaElement, type Api, type NodeInfo, type PageContext, type Theme,
} from "@samtala/dashboard/sdk";
import { say } from "./catalogue.ts";
import "./downloads.ts";
import "./followed.ts";
import "./mirror-card.ts";
import "./packages.ts";
import type { Stats } from "./registry.ts";
import "./sharing.ts";
import "./verify.ts";

/** How often the counters are read while the page is seen (milliseconds). */
const EVERY = 3000;

/** The page of the plugin `registry`: the mirrors, what they do now, and what they hold. */
@customElement("samtala-registry")
export class RegistryPage extends SamtalaElement implements PageContext {
  static override styles = [SamtalaElement.styles, css`
    .figures-row { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: var(--space-4); }
    .figure strong { font-size: var(--size-title-2); font-weight: 600; }
    .bad { color: var(--danger); }
    .columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: var(--space-4); }
    @media (max-width: 899px) { .columns { grid-template-columns: minmax(0, 1fr); }
      .figures-row { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
  `];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) node!: NodeInfo;
  @property({ attribute: false }) navigate!: (path: string) => void;
  @property({ attribute: false }) theme: Theme = "light";

  private readonly _stats = new Loader<Stats>(
    this, signal => this.api.get<Stats>("/v1/registry/stats", {}, signal), EVERY);

  override render(): TemplateResult {
    return html`
      <div class="stack">
        <div class="row between">
          <div class="stack tight grow"><h1>${say("title")}</h1><p class="soft">${say("subtitle")}</p></div>
          <samtala-registry-verify .api=${this.api}></samtala-registry-verify>
        </div>
        ${loaded(this._stats, stats => this._show(stats), 6)}
        <div class="columns">
          <samtala-registry-sharing .api=${this.api}></samtala-registry-sharing>
          <samtala-registry-followed .api=${this.api}></samtala-registry-followed>
        </div>
        <samtala-registry-downloads .api=${this.api}></samtala-registry-downloads>
        <samtala-registry-packages .api=${this.api}></samtala-registry-packages>
      </div>`;
  }

  private _show(stats: Stats): TemplateResult {
    const requests = Number(stats.requests ?? 0);
    const hits = Number(stats.hits ?? 0);
    const refused = Number(stats.refused ?? 0);
    const share = requests === 0 ? "–" : `${number((100 * hits) / requests, 1)}\u00a0%`;
    return html`
      <div class="figures-row">
        ${figure(say("fromHere"), share, `${number(requests)} ${say("requests").toLowerCase()}`)}
        ${figure(say("served"), bytes(stats.bytesServed), say("servedBelow"))}
        ${figure(say("fetched"), bytes(stats.bytesFetched), say("fetchedBelow"))}
        ${figure(say("refused"), number(refused), refused > 0 ? say("refusedBelow") : say("refusedNone"), refused > 0)}
      </div>
      <div class="columns">${(stats.mirrors ?? []).map(mirror => html`
        <samtala-registry-mirror .api=${this.api} .mirror=${mirror} @changed=${this._stats.reload}>
        </samtala-registry-mirror>`)}
      </div>`;
  }
}

function figure(label: string, value: string, below: string, bad = false): TemplateResult {
  return html`
    <div class="card figure figures stack tight">
      <span class="soft small-text">${label}</span><strong class=${bad ? "bad" : ""}>${value}</strong>
      <span class="soft small-text">${below}</span>
    </div>`;
}
