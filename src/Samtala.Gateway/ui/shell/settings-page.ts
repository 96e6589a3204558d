import { css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { SamtalaElement, type Language } from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import type { ThemeChoice } from "./preferences.ts";
import { ShellElement } from "./shell-element.ts";
import "./tokens-section.ts";

/** Theme, language, tokens, and this tab. */
@customElement("samtala-shell-settings")
export class SettingsPage extends ShellElement {
  static override styles = [SamtalaElement.styles, css`
    :host { max-width: 760px; margin: 0 auto; }
    .stack.wide { gap: var(--space-6); }
    .card > h2 { margin-bottom: var(--space-4); }
    fieldset + fieldset { margin-top: var(--space-4); }
    fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
    legend { float: inline-start; width: 160px; padding: 0; line-height: 36px; }
    .choices { display: inline-flex; border: 1px solid var(--border-strong); border-radius: var(--radius); }
    .choices label { padding: 0 var(--space-3); line-height: 34px; cursor: pointer; border-radius: var(--radius-small);
      white-space: nowrap; }
    .choices label:has(:checked) { background: var(--accent); color: var(--accent-text); font-weight: 500; }
    .choices label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
    .choices label:first-child { border-start-start-radius: 7px; border-end-start-radius: 7px; }
    .choices label:last-child { border-start-end-radius: 7px; border-end-end-radius: 7px; }
    .choices input { position: absolute; opacity: 0; width: 1px; height: 1px; }
    @media (max-width: 639px) {
      legend { float: none; width: auto; line-height: 1.5; padding-bottom: var(--space-1); }
    }
  `];

  override render(): TemplateResult {
    return html`
      <div class="stack wide">
        <h1>${say("settings")}</h1>
        <section class="card" aria-labelledby="appearance">
          <h2 id="appearance">${say("appearance")}</h2>
          ${this._themes()} ${this._languages()}
        </section>
        <samtala-shell-tokens .context=${this.context}></samtala-shell-tokens>
        <section class="card" aria-labelledby="session">
          <h2 id="session">${say("session")}</h2>
          <button class="button" @click=${() => this.context.session.leave()}>${say("signOut")}</button>
        </section>
      </div>`;
  }

  private _themes(): TemplateResult {
    const { preferences } = this.context;
    const options: [ThemeChoice, string][] = [
      ["system", say("themeSystem")], ["light", say("themeLight")], ["dark", say("themeDark")]];
    return choices("theme", say("theme"), options, preferences.choice, choice => preferences.chooseTheme(choice));
  }

  private _languages(): TemplateResult {
    const { preferences } = this.context;
    const options: [Language, string][] = [["en", "English"], ["sv", "Svenska"]];
    return choices("language", say("languageLabel"), options, preferences.language,
      language => preferences.chooseLanguage(language));
  }
}

/** A row of choices of which one is on; arrow keys move, as in every group of radio buttons. */
function choices<T extends string>(
  name: string, label: string, options: readonly (readonly [T, string])[], value: T, choose: (value: T) => void,
): TemplateResult {
  return html`
    <fieldset>
      <legend>${label}</legend>
      <div class="choices">${options.map(([option, text]) => html`
        <label><input type="radio" name=${name} value=${option} .checked=${option === value}
          @change=${() => choose(option)}>${text}</label>`)}</div>
    </fieldset>`;
}
