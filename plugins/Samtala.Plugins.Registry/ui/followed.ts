import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import {
  badge, common, keyView, Loader, loaded, notify, Problem, problemView, SamtalaElement, when, type Api,
  type Tone,
} from "@samtala/dashboard/sdk";
import { say } from "./catalogue.ts";
import type { FollowedMirror, FollowedPeer, FollowedState } from "./registry.ts";

/** How often the state is read while the page is seen (milliseconds). */
const EVERY = 3000;

const TONES: Record<FollowedState, Tone> = {
  STATE_UNSPECIFIED: "plain", CONNECTED: "positive", AWAY: "warning", CONNECTING: "plain", BROKEN: "danger",
};

const WORDS = {
  STATE_UNSPECIFIED: "UPSTREAM_STATE_UNSPECIFIED", CONNECTED: "CONNECTED", AWAY: "AWAY", CONNECTING: "CONNECTING",
  BROKEN: "BROKEN",
} as const;

/** The nodes whose mirrors are asked before an upstream, and how they are. */
@customElement("samtala-registry-followed")
export class FollowedCard extends SamtalaElement {
  static override styles = [SamtalaElement.styles, css`
    .card { height: 100%; }
    .list > li { padding: var(--space-3) 0; border-top: 1px solid var(--border); }
    legend { padding: 0; font-size: var(--size-title-2); font-weight: 600; margin-bottom: var(--space-4); }
    fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
  `];

  @property({ attribute: false }) api!: Api;
  @state() private _problem: Problem | undefined;
  @state() private _formProblem: Problem | undefined;
  @state() private _busy = false;
  @query("dialog") private _dialog!: HTMLDialogElement;
  private _key = "";
  private _peer = "";

  private readonly _followed = new Loader<FollowedMirror[]>(this, async signal =>
    (await this.api.get<{ followed?: FollowedMirror[] }>("/v1/registry/followed", {}, signal)).followed ?? [], EVERY);

  override render(): TemplateResult {
    return html`
      <section class="card stack" aria-labelledby="follow">
        <div class="row between">
          <h2 id="follow">${say("followed")}</h2>
          <button class="button small" @click=${this._open}>${say("follow")}</button>
        </div>
        ${loaded(this._followed, followed => this._list(followed))}
        ${this._problem ? problemView(this._problem) : nothing}
      </section>
      ${this._form()}`;
  }

  private _list(followed: FollowedMirror[]): TemplateResult {
    if (followed.length === 0) return html`<p class="soft">${say("followedEmpty")}</p>`;
    return html`<ul class="list">${repeat(followed, item => item.key, item => {
      const known = item.state && item.state in TONES ? item.state : "STATE_UNSPECIFIED";
      return html`
        <li class="stack tight">
          <div class="row between">${keyView(item.key)} ${badge(say(WORDS[known]), TONES[known])}</div>
          ${(item.peers ?? []).map(peer => this._peerLine(peer))}
          <div class="row between">
            <span class="soft small-text figures">${say("shareChanges", { n: Number(item.length ?? 0) })}</span>
            <button class="button small" aria-label=${`${say("unfollow")}: ${item.key.slice(0, 8)}`}
              @click=${() => this._unfollow(item)}>${say("unfollow")}</button>
          </div>
          ${item.error && known === "BROKEN" ? html`<p class="note danger">${item.error}</p>` : nothing}
        </li>`;
    })}</ul>`;
  }

  private _peerLine(peer: FollowedPeer): TemplateResult {
    return html`
      <span class="small-text"><code>${peer.address}</code>
        <span class="soft">${peer.connected ? say("peerSince") : peer.sinceTime ? say("peerAway") : nothing}
          ${when(peer.sinceTime)}${peer.error ? html` – ${peer.error}` : nothing}</span></span>`;
  }

  private _form(): TemplateResult {
    return html`
      <dialog aria-label=${say("follow")}>
        <form class="stack" @submit=${this._submit}>
          <fieldset class="stack">
            <legend>${say("followTitle")}</legend>
            <p class="soft">${say("followText")}</p>
            <div>
              <label for="key">${say("shareKey")}</label>
              <input id="key" class="input" required pattern="\\s*[0-9a-fA-F]{64}\\s*" autocomplete="off"
                spellcheck="false" title=${say("keyForm")}
                @input=${(event: Event) => { this._key = (event.target as HTMLInputElement).value.trim(); }}>
            </div>
            <div>
              <label for="peer">${say("peerAddress")}</label>
              <input id="peer" class="input" required pattern="\\s*\\S+:[0-9]+\\s*" autocomplete="off"
                spellcheck="false" placeholder="192.168.1.20:7652"
                @input=${(event: Event) => { this._peer = (event.target as HTMLInputElement).value.trim(); }}>
            </div>
          </fieldset>
          ${this._formProblem ? problemView(this._formProblem) : nothing}
          <div class="actions">
            <button type="button" class="button" @click=${() => this._dialog.close()}>${common("cancel")}</button>
            <button class="button primary" ?disabled=${this._busy}>${say("follow")}</button>
          </div>
        </form>
      </dialog>`;
  }

  private readonly _open = (): void => {
    this._formProblem = undefined;
    this._dialog.showModal();
  };

  private readonly _submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    this._busy = true;
    this._formProblem = undefined;
    try {
      await this._follow(this._key, [this._peer]);
      this._dialog.close();
      await this._followed.reload();
    } catch (error) {
      this._formProblem = Problem.of(error);
    } finally {
      this._busy = false;
    }
  };

  private _follow(key: string, peers: string[]): Promise<unknown> {
    return this.api.post("/v1/registry/followed", { key, peers });
  }

  private async _unfollow(item: FollowedMirror): Promise<void> {
    try {
      await this.api.delete(`/v1/registry/followed/${encodeURIComponent(item.key)}`);
      const peers = (item.peers ?? []).map(peer => peer.address);
      const undo = async (): Promise<void> => {
        await this._follow(item.key, peers);
        await this._followed.reload();
      };
      notify(this, { text: say("unfollowed"), undo: () => void undo() });
      this._problem = undefined;
      await this._followed.reload();
    } catch (error) {
      this._problem = Problem.of(error);
    }
  }
}
