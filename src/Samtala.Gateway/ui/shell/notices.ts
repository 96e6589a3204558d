import { css, html, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { common, icon, NOTICE, SamtalaElement, type Notice } from "../sdk/index.ts";

/** How long a notice stays (milliseconds); one with a way back stays longer. */
const STAYS = 4000;
const STAYS_WITH_UNDO = 8000;

/** Short messages at the lower edge, read out by screen readers. */
@customElement("samtala-shell-notices")
export class Notices extends SamtalaElement {
  static override styles = [SamtalaElement.styles, css`
    :host { position: fixed; inset: auto 0 var(--space-6); display: grid; justify-items: center; gap: var(--space-2);
      pointer-events: none; z-index: 3; padding: 0 var(--space-4); }
    .notice { display: flex; align-items: center; gap: var(--space-3); min-height: 44px; max-width: 560px;
      padding: var(--space-1) var(--space-2) var(--space-1) var(--space-4); border-radius: var(--radius);
      background: var(--text); color: var(--surface); box-shadow: var(--shadow); pointer-events: auto; }
    .notice.danger { background: var(--danger); }
    .button { background: transparent; color: inherit; border-color: currentColor; }
    .button.quiet { border-color: transparent; }
    .button:hover { background: color-mix(in srgb, currentColor 14%, transparent); }
    .button:focus-visible { outline-color: currentColor; }
    .undo { text-decoration: underline; }
    @media (max-width: 639px) { :host { bottom: 80px; } }
  `];

  @state() private _notices: Notice[] = [];

  private readonly _show = (event: Event): void => {
    const notice = (event as CustomEvent<Notice>).detail;
    this._notices = [...this._notices.slice(-2), notice];
    setTimeout(() => this._drop(notice), notice.undo ? STAYS_WITH_UNDO : STAYS);
  };

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener(NOTICE, this._show);
  }

  override disconnectedCallback(): void {
    window.removeEventListener(NOTICE, this._show);
    super.disconnectedCallback();
  }

  override render(): TemplateResult {
    return html`<div aria-live="polite" class="stack tight">${this._notices.map(notice => html`
      <div class="notice ${notice.tone ?? "plain"}">
        ${icon(notice.tone === "danger" ? "warning" : "check")}
        <span class="grow">${notice.text}</span>
        ${notice.undo
          ? html`<button class="button quiet undo" @click=${() => this._undo(notice)}>${common("undo")}</button>`
          : html`<button class="button quiet" @click=${() => this._drop(notice)}>${common("close")}</button>`}
      </div>`)}</div>`;
  }

  private _undo(notice: Notice): void {
    this._drop(notice);
    notice.undo?.();
  }

  private _drop(notice: Notice): void {
    this._notices = this._notices.filter(other => other !== notice);
  }
}
