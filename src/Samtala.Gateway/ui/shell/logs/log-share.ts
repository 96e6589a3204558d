import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { notify, Problem, problemView, SamtalaElement, type Api } from "../../sdk/index.ts";
import { say } from "./catalogue.ts";
import { titleOf, type Log } from "./log.ts";
import { logStyles } from "./marks.ts";

/** Says whether others may fetch a log from here, and what that means. */
@customElement("samtala-shell-log-share")
export class LogShare extends SamtalaElement {
  static override styles = [SamtalaElement.styles, logStyles, css`
    .switch { flex: none; width: 44px; height: 24px; padding: 2px; border: 1px solid var(--border-strong);
      border-radius: 12px; background: var(--surface-sunken); cursor: pointer; display: flex; }
    .switch::before { content: ""; width: 18px; height: 18px; border-radius: 50%; background: var(--text-soft); }
    .switch[aria-checked="true"] { background: var(--accent); border-color: var(--accent); justify-content: flex-end; }
    .switch[aria-checked="true"]::before { background: var(--accent-text); }
  `];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) log!: Log;
  /** What was asked for, until the node has answered. */
  @state() private _wanted: boolean | undefined;
  @state() private _problem: Problem | undefined;

  override render(): TemplateResult {
    const on = this._wanted ?? this.log.shared === true;
    return html`
      <section class="card stack" aria-labelledby="sharing">
        <div class="row between">
          <h2 id="sharing">${say("sharing")}</h2>
          <button class="switch" role="switch" aria-checked=${on ? "true" : "false"} aria-label=${say("share")}
            aria-describedby="meaning" @click=${() => this._share(!on)}></button>
        </div>
        <p id="meaning">${on ? say("sharedOn") : say("sharedOff")}
          ${this.log.encrypted ? say("sharedEncrypted") : nothing}</p>
        ${this._problem ? problemView(this._problem) : nothing}
      </section>`;
  }

  private async _share(on: boolean): Promise<void> {
    this._wanted = on;
    this._problem = undefined;
    try {
      await this.api.post(`/v1/${this.log.name}:share`, { stop: !on });
      const name = titleOf(this.log);
      notify(this, {
        text: on ? say("nowShared", { name }) : say("noLongerShared", { name }), undo: () => void this._share(!on),
      });
      this.log = { ...this.log, shared: on };
      this.dispatchEvent(new CustomEvent("changed"));
    } catch (error) {
      this._problem = Problem.of(error);
    } finally {
      this._wanted = undefined;
    }
  }
}
