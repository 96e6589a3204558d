import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import {
  badge, clock, common, exact, Follower, problemView, SamtalaElement, type FollowState, type PluginLogLine, type Tone,
} from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import { ShellElement } from "./shell-element.ts";

/** How many lines are kept on the page. */
const MAX_LINES = 1000;
const TONES: Record<FollowState, Tone> = { connecting: "plain", live: "positive", lost: "warning", ended: "plain" };

/** The newest log lines of a plugin, and those to come. */
@customElement("samtala-shell-plugin-logs")
export class PluginLogs extends ShellElement {
  static override styles = [SamtalaElement.styles, css`
    .head { margin-bottom: var(--space-3); }
    .lines { max-height: 360px; overflow: auto; font-family: var(--font-code); font-size: var(--size-small);
      background: var(--surface-sunken); border-radius: var(--radius); padding: var(--space-2) var(--space-3); }
    .lines > div { display: grid; grid-template-columns: 72px 64px minmax(0, 1fr); gap: var(--space-2);
      content-visibility: auto; contain-intrinsic-size: auto 20px; overflow-wrap: anywhere; white-space: pre-wrap; }
    .warning { color: var(--warning); }
    .error { color: var(--danger); }
    @media (max-width: 639px) { .lines > div { grid-template-columns: 66px minmax(0, 1fr); }
      .lines > div > .level { display: none; } }
  `];

  /** `plugins/{id}`. */
  @property() plugin = "";
  @state() private _paused = false;
  @query(".lines") private _box?: HTMLElement;
  private _lines: PluginLogLine[] = [];
  private _atEnd = true;

  private readonly _follower = new Follower<PluginLogLine>(this, {
    api: () => this.context.session.api,
    source: () => ({ path: `/v1/${this.plugin}/logs`, query: { follow: true } }),
    // A new connection begins with the newest lines again, unless it could go on after the last one.
    open: resumed => { if (!resumed) this._lines = []; },
    item: line => {
      this._lines.push(line);
      if (this._lines.length > MAX_LINES) this._lines.shift();
      if (!this._paused) this.requestUpdate();
    },
  });

  override render(): TemplateResult {
    const { state: following, problem } = this._follower;
    return html`
      <section class="card" aria-labelledby="log">
        <div class="row between head">
          <h2 id="log">${say("log")}</h2>
          <span class="row">${badge(common(following), TONES[following])}
            <button class="button small" aria-pressed=${this._paused ? "true" : "false"} @click=${this._pause}>
              ${this._paused ? say("resumeLog") : say("pauseLog")}</button></span>
        </div>
        ${problem && !problem.offline ? problemView(problem, this._follower.restart) : nothing}
        ${this._lines.length === 0 ? html`<p class="soft">${say("logEmpty")}</p>` : html`
          <div class="lines" tabindex="0" role="log" aria-live="off" aria-label=${say("logLines")}
            @scroll=${this._scrolled}>
            ${this._lines.map(line => this._line(line))}
          </div>`}
      </section>`;
  }

  override updated(): void {
    if (this._box && this._atEnd && !this._paused) this._box.scrollTop = this._box.scrollHeight;
  }

  private _line(line: PluginLogLine): TemplateResult {
    const time = new Date(line.time ?? 0);
    const level = line.level === "error" || line.level === "warning" ? line.level : "";
    return html`
      <div><time class="soft" title=${exact(time)}>${clock(time)}</time><span
        class="level ${level || "soft"}">${line.level}</span><span class=${level}>${line.message}</span></div>`;
  }

  private readonly _pause = (): void => {
    this._paused = !this._paused;
  };

  private readonly _scrolled = (): void => {
    const box = this._box;
    if (box) this._atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 8;
  };
}
