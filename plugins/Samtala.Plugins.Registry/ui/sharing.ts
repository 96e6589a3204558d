import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import {
  copyButton, keyView, Loader, loaded, notify, Problem, problemView, SamtalaElement, type Api,
} from "@samtala/dashboard/sdk";
import { say } from "./catalogue.ts";
import { followCommand, type Sharing } from "./registry.ts";

/** How often the state is read while the page is seen (milliseconds). */
const EVERY = 3000;

/** Lets other nodes install from here: one button, then the line to give to the other node. */
@customElement("samtala-registry-sharing")
export class SharingCard extends SamtalaElement {
  static override styles = [SamtalaElement.styles, css`
    .card { height: 100%; }
    .command { display: flex; align-items: center; gap: var(--space-2); padding: var(--space-1) var(--space-1)
      var(--space-1) var(--space-3); }
    .command code { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
    .actions { margin-top: auto; }
  `];

  @property({ attribute: false }) api!: Api;
  @state() private _problem: Problem | undefined;
  @state() private _busy = false;

  private readonly _sharing = new Loader<Sharing>(
    this, signal => this.api.get<Sharing>("/v1/registry/sharing", {}, signal), EVERY);

  override render(): TemplateResult {
    return html`
      <section class="card stack" aria-labelledby="share">
        <h2 id="share">${say("share")}</h2>
        ${loaded(this._sharing, sharing => sharing.key ? this._shared(sharing, sharing.key) : this._private())}
        ${this._problem ? problemView(this._problem) : nothing}
      </section>`;
  }

  private _private(): TemplateResult {
    return html`
      <p class="soft">${say("shareText")}</p>
      <div class="actions">
        <button class="button primary" ?disabled=${this._busy} @click=${this._share}>${say("shareStart")}</button>
      </div>`;
  }

  private _shared(sharing: Sharing, key: string): TemplateResult {
    const command = followCommand(key, sharing.peer);
    return html`
      <div class="stack tight"><span class="soft small-text">${say("shareKey")}</span>${keyView(key)}</div>
      <div class="stack tight">
        <span class="soft small-text">${say("shareCommand")}</span>
        <div class="note command"><code class="grow">${command}</code>${copyButton(command)}</div>
      </div>
      <p class="soft small-text" role="status">${sharing.complete ? say("shareComplete")
        : say("sharePending", { n: Math.max(1, Number(sharing.pending ?? 0)) })}
        ${say("shareChanges", { n: Number(sharing.length ?? 0) })}</p>
      ${sharing.peer ? nothing : html`<p class="note warning">${say("shareUnreachable")}</p>`}
      ${sharing.error ? html`<p class="note warning">${sharing.error}</p>` : nothing}
      <p class="soft small-text">${say("shareWarning")}</p>
      <div class="actions">
        <button class="button" ?disabled=${this._busy} @click=${this._unshare}>${say("shareStop")}</button>
      </div>`;
  }

  private readonly _share = (): Promise<void> => this._change(
    () => this.api.post("/v1/registry/sharing", {}));

  private readonly _unshare = (): Promise<void> => this._change(async () => {
    await this.api.delete("/v1/registry/sharing");
    notify(this, { text: say("shareStopped"), undo: () => void this._share() });
  });

  private async _change(change: () => Promise<unknown>): Promise<void> {
    this._busy = true;
    this._problem = undefined;
    try {
      await change();
      await this._sharing.reload();
    } catch (error) {
      this._problem = Problem.of(error);
    } finally {
      this._busy = false;
    }
  }
}
