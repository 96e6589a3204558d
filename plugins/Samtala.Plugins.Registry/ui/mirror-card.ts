import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import {
  badge, copyButton, number, relative, SamtalaElement, type Api, type Tone,
} from "@samtala/dashboard/sdk";
import { say } from "./catalogue.ts";
import { clientCommand, ecosystem, type Mirror, type UpstreamState } from "./registry.ts";
import type { UpstreamDialog } from "./upstream-dialog.ts";
import "./upstream-dialog.ts";

const TONES: Record<UpstreamState, Tone> = {
  UPSTREAM_STATE_UNSPECIFIED: "plain", UNKNOWN: "plain", REACHABLE: "positive", UNREACHABLE: "warning", NONE: "plain",
};

/** One mirror: where it gets packages from, how that is, and how to use it. */
@customElement("samtala-registry-mirror")
export class MirrorCard extends SamtalaElement {
  static override styles = [SamtalaElement.styles, css`
    .card { height: 100%; }
    .numbers { margin-top: auto; }
    .command { display: flex; align-items: center; gap: var(--space-2); padding: var(--space-1) var(--space-1)
      var(--space-1) var(--space-3); }
    .numbers { border-top: 1px solid var(--border); padding-top: var(--space-3); display: grid;
      grid-template-columns: repeat(4, auto); justify-content: space-between; gap: var(--space-3); }
    .numbers dd { font-weight: 600; }
    .numbers dt { color: var(--text-soft); font-size: var(--size-small); }
    .numbers > div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
  `];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) mirror!: Mirror;
  @query("samtala-registry-upstream") private _dialog!: UpstreamDialog;

  override render(): TemplateResult {
    const mirror = this.mirror;
    const state = mirror.upstreamState ?? "UPSTREAM_STATE_UNSPECIFIED";
    const known = state in TONES ? state : "UPSTREAM_STATE_UNSPECIFIED";
    const command = clientCommand(mirror);
    return html`
      <section class="card stack" aria-labelledby="name">
        <div class="row between">
          <h2 id="name">${ecosystem(mirror.mirror)}</h2>${badge(say(known), TONES[known])}
        </div>
        <div class="row between">
          <div class="stack tight grow">
            <span class="soft small-text">${say("upstreamHost")}</span>${this._upstream(mirror)}
          </div>
          <button class="button small" aria-label=${`${say("change")}: ${ecosystem(mirror.mirror)}`}
            @click=${() => this._dialog.open()}>${say("change")}</button>
        </div>
        ${mirror.upstreamError ? html`<p class="note warning">${mirror.upstreamError}
          ${mirror.upstreamRetryTime
            ? say("retryAt", { time: relative(new Date(mirror.upstreamRetryTime)) }) : nothing}</p>` : nothing}
        <div class="stack tight">
          <span class="soft small-text">${say("useIt")}</span>
          <div class="note command"><code class="grow">${command}</code>${copyButton(command)}</div>
        </div>
        ${this._numbers(mirror)}
      </section>
      <samtala-registry-upstream .api=${this.api} .mirror=${mirror}></samtala-registry-upstream>`;
  }

  private _upstream(mirror: Mirror): TemplateResult {
    if (!mirror.upstreamUrl) return html`<span>${say("noUpstream")}</span>`;
    const own = mirror.upstreamSetting === "from-client";
    return html`<code>${mirror.upstreamUrl}</code>${own
      ? html`<span class="soft small-text">${say("fromClient")}</span>` : nothing}`;
  }

  private _numbers(mirror: Mirror): TemplateResult {
    const { misses = 0, upstreamRequests = 0, upstreamFailures = 0, refused = 0 } = mirror.counters ?? {};
    const one = (label: string, value: string | number): TemplateResult => html`
      <div><dt>${label}</dt><dd class="figures">${number(Number(value))}</dd></div>`;
    return html`
      <dl class="numbers">
        ${one(say("misses"), misses)} ${one(say("upstreamRequests"), upstreamRequests)}
        ${one(say("upstreamFailures"), upstreamFailures)} ${one(say("refused"), refused)}
      </dl>`;
  }
}
