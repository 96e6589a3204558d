import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { Problem, problemView, SamtalaElement, skeleton } from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import { ShellElement } from "./shell-element.ts";

/** Where you come in: by the link that the node printed, or by a token. */
@customElement("samtala-shell-login")
export class LoginPage extends ShellElement {
  static override styles = [SamtalaElement.styles, css`
    main { display: grid; align-content: center; justify-items: center; min-height: 100dvh; padding: var(--space-4); }
    .card { width: min(440px, 100%); padding: var(--space-8); }
    .logo { width: 48px; height: 48px; }
    form { display: contents; }
    .button { width: 100%; min-height: 40px; }
    @media (max-width: 639px) { .card { padding: var(--space-6) var(--space-4); } }
  `];

  /** True while a link is being exchanged. */
  @property({ type: Boolean }) busy = false;
  /** Why the link in the address did not work. */
  @property({ attribute: false }) problem: Problem | undefined;
  @state() private _problem: Problem | undefined;
  @state() private _sending = false;
  @query("input") private _input!: HTMLInputElement;

  override render(): TemplateResult {
    const problem = this._problem ?? this.problem;
    return html`
      <main>
        <div class="card stack">
          <img class="logo" src="/assets/icon.svg" alt="">
          <h1>${say("signInTitle")}</h1>
          ${this.busy ? html`<p role="status">${say("signingIn")}</p>${skeleton(2)}` : html`
            ${this.context.session.expired ? html`<p class="note" role="status">${say("expired")}</p>` : nothing}
            ${problem ? problemView(problem) : html`<p>${say("signInHow")}</p>`}
            <form class="stack" @submit=${this._submit}>
              <div class="field">
                <label for="secret">${say("signInField")}</label>
                <input id="secret" class="input" type="password" autocomplete="off" spellcheck="false" required
                  aria-describedby="hint">
                <span id="hint" class="soft small-text">${say("signInHint")}</span>
              </div>
              <button class="button primary" ?disabled=${this._sending}>
                ${this._sending ? say("signingIn") : say("signIn")}
              </button>
            </form>`}
        </div>
      </main>`;
  }

  private readonly _submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    this._sending = true;
    this._problem = undefined;
    try {
      await this.context.session.signIn(this._input.value);
    } catch (error) {
      const problem = Problem.of(error);
      this._problem = problem.status === 401 ? new Problem(say("tokenRefused"), 401, "", say("signInHint")) : problem;
    } finally {
      this._sending = false;
    }
  };
}
