import { css, html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import {
  badge, bytes, copyButton, duration, keyView, Loader, loaded, problemView, rate, SamtalaElement, skeleton,
  type Finding, type NodeStatus,
} from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import { nameOf, needsAttention, stateOf } from "./plugin-words.ts";
import { paths } from "./route.ts";
import { ShellElement } from "./shell-element.ts";
import { trafficPicture, speedNow } from "./traffic.ts";

/** How the node is, at a glance. */
@customElement("samtala-shell-home")
export class HomePage extends ShellElement {
  static override styles = [SamtalaElement.styles, css`
    .figures-row { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: var(--space-4); }
    .figure strong { font-size: var(--size-title-2); font-weight: 600; }
    .columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: var(--space-4);
      align-items: start; }
    .card > h2, .head { margin-bottom: var(--space-3); }
    .lines > li { padding: var(--space-2) 0; }
    .lines > li + li { border-top: 1px solid var(--border); }
    .lines > li:last-child { padding-bottom: 0; }
    a.plain { color: inherit; text-decoration: none; font-weight: 500; }
    a.plain:hover { text-decoration: underline; }
    .picture { width: 100%; height: 64px; display: block; }
    .copyable { display: inline-flex; align-items: center; gap: var(--space-1); max-width: 100%; }
    .facts dd { min-height: 28px; display: flex; align-items: center; }
    .facts dt { display: flex; align-items: center; }
    @media (max-width: 899px) { .columns { grid-template-columns: minmax(0, 1fr); }
      .figures-row { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
  `];

  private readonly _findings = new Loader<Finding[]>(this, async signal => {
    const answer = await this.context.session.api.get<{ findings?: Finding[] }>("/v1/node:diagnose", {}, signal);
    return answer.findings ?? [];
  });

  override render(): TemplateResult {
    const { node } = this.context;
    if (!node.status) {
      if (node.problem) return html`${problemView(node.problem, () => void node.refresh())}`;
      return html`<h1 class="visually-hidden">${say("home")}</h1>${node.slow ? skeleton(6) : nothing}`;
    }
    return html`
      <div class="stack">
        ${this._headline()}
        ${node.problem && !node.offline ? problemView(node.problem, () => void node.refresh()) : nothing}
        <div class="figures-row">${this._figures(node.status)}</div>
        <div class="columns">
          <div class="stack">${this._plugins()} ${this._checkUp()}</div>
          <div class="stack">${this._traffic()} ${this._about(node.status)}</div>
        </div>
      </div>`;
  }

  private _headline(): TemplateResult {
    const plugins = this.context.node.plugins ?? [];
    const waiting = plugins.filter(plugin => needsAttention(plugin.state)).length;
    if (this.context.node.offline) return html`<h1>${say("notConnected")}</h1>`;
    const starting = plugins.some(plugin => plugin.state === "STARTING");
    if (waiting > 0) return html`<h1>${say("needsYou", { n: waiting })}</h1>`;
    return html`<h1>${starting ? say("starting") : say("allWell")}</h1>`;
  }

  private _figures(status: NodeStatus): TemplateResult[] {
    const fetched = rate(speedNow(this.context.node.samples, "fetched"));
    const served = rate(speedNow(this.context.node.samples, "served"));
    return [
      this._figure(say("memory"), bytes(status.memoryBytes), say("memoryBelow")),
      this._figure(say("disk"), bytes(status.diskBytes), say("diskBelow")),
      this._figure(say("fetched"), bytes(status.fetchedBytes), say("rateNow", { rate: fetched })),
      this._figure(say("served"), bytes(status.servedBytes), say("rateNow", { rate: served })),
    ];
  }

  private _figure(label: string, value: string, below: string): TemplateResult {
    return html`
      <div class="card figure figures stack tight">
        <span class="soft small-text">${label}</span><strong>${value}</strong>
        <span class="soft small-text">${below}</span>
      </div>`;
  }

  private _plugins(): TemplateResult {
    const plugins = this.context.node.plugins ?? [];
    const rows = plugins.map(plugin => {
      const state = stateOf(plugin.state);
      const path = plugin.ui && plugin.state === "RUNNING" ? paths.app(plugin.id) : paths.plugin(plugin.id);
      return html`
        <li class="row between">
          <a class="plain" href=${path}>${nameOf(plugin)}</a>${badge(state.text, state.tone)}
        </li>`;
    });
    return html`
      <section class="card" aria-labelledby="plugins">
        <h2 id="plugins">${say("plugins")}</h2>
        ${rows.length > 0 ? html`<ul class="lines">${rows}</ul>` : html`
          <p class="soft">${say("noPluginsText")}</p>
          <p><a href=${paths.plugins}>${say("installTitle")}</a></p>`}
      </section>`;
  }

  private _checkUp(): TemplateResult {
    return html`
      <section class="card" aria-labelledby="check-up">
        <div class="row between head">
          <h2 id="check-up">${say("checkUp")}</h2>
          <button class="button small" @click=${this._findings.reload}>${say("checkAgain")}</button>
        </div>
        ${loaded(this._findings, findings => this._list(findings))}
      </section>`;
  }

  private _list(findings: Finding[]): TemplateResult {
    const open = findings.filter(finding => finding.level !== "OK");
    const fine = findings.length - open.length;
    return html`
      <ul class="lines">
        ${open.map(finding => html`
          <li class="stack tight">
            <span class="row between"><strong>${finding.subject}</strong>
              ${finding.level === "PROBLEM" ? badge(say("problem"), "danger") : badge(say("warning"), "warning")}</span>
            <span>${finding.detail}</span>
            ${finding.remedy ? html`<span class="soft">${finding.remedy}</span>` : nothing}
          </li>`)}
        <li>${fine > 0 ? badge(say("checksFine", { n: fine }), "positive") : nothing}</li>
      </ul>`;
  }

  private _traffic(): TemplateResult {
    return html`
      <section class="card" aria-labelledby="traffic">
        <h2 id="traffic">${say("trafficTitle")}</h2>
        ${trafficPicture(this.context.node.samples)}
      </section>`;
  }

  private _about(status: NodeStatus): TemplateResult {
    const line = (label: string, text: string | undefined): unknown => text ? html`
      <dt>${label}</dt><dd><span class="copyable"><code>${text}</code>${copyButton(text)}</span></dd>` : nothing;
    return html`
      <section class="card" aria-labelledby="about">
        <h2 id="about">${say("thisNode")}</h2>
        <dl class="facts">
          <dt>${say("version")}</dt><dd class="figures">${status.version}</dd>
          <dt>${say("running")}</dt><dd class="figures">${duration(status.uptime)}</dd>
          ${status.device ? html`<dt>${say("device")}</dt><dd>${keyView(status.device)}</dd>` : nothing}
          ${line("HTTP", status.http)} ${line("gRPC", status.grpc)}
          ${line(say("socket"), status.socket)} ${line(say("dataFolder"), status.data)}
        </dl>
      </section>`;
  }
}
