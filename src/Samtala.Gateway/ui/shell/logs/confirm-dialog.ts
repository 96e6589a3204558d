import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { common, Problem, problemView, SamtalaElement } from "../../sdk/index.ts";
import { say } from "./catalogue.ts";
import { confirmationOf, type Log } from "./log.ts";

/** A number that is asked for. */
export interface Field {
  readonly id: string;
  readonly label: string;
  readonly value: number;
  /** The smallest is 0. */
  readonly max: number;
}

/** Something that cannot be undone. */
export interface Act {
  readonly title: string;
  readonly text: string;
  readonly label: string;
  readonly fields: readonly Field[];
  /** Does it, with the numbers by the ids of their fields. */
  readonly run: (values: Record<string, number>) => Promise<void>;
}

/** Does what cannot be undone once the log's name was typed. */
@customElement("samtala-shell-log-confirm")
export class ConfirmDialog extends SamtalaElement {
  @property({ attribute: false }) log!: Log;
  @state() private _act: Act | undefined;
  @state() private _typed = "";
  @state() private _problem: Problem | undefined;
  @state() private _busy = false;
  @query("dialog") private _dialog!: HTMLDialogElement;
  @query("form") private _form?: HTMLFormElement;

  /** Asks. */
  open(act: Act): void {
    this._act = act;
    this._typed = "";
    this._problem = undefined;
    void this.updateComplete.then(() => {
      this._form?.reset();
      this._dialog.showModal();
    });
  }

  override render(): TemplateResult {
    return html`
      <dialog aria-labelledby="title" @close=${() => { this._act = undefined; }}>
        ${this._act ? this._ask(this._act) : nothing}
      </dialog>`;
  }

  private _ask(act: Act): TemplateResult {
    const word = confirmationOf(this.log);
    return html`
      <form class="stack" @submit=${this._submit}>
        <h2 id="title">${act.title}</h2>
        <p>${act.text}</p>
        ${act.fields.map(field => html`
          <div class="field">
            <label for=${field.id}>${field.label}</label>
            <input id=${field.id} name=${field.id} class="input" type="number" required min="0" max=${field.max}
              step="1" value=${field.value}>
          </div>`)}
        <div class="field">
          <label for="typed">${say("typeToConfirm", { word })}</label>
          <input id="typed" class="input" autocomplete="off" autocapitalize="none" spellcheck="false"
            .value=${this._typed}
            @input=${(event: Event) => { this._typed = (event.target as HTMLInputElement).value; }}>
        </div>
        ${this._problem ? problemView(this._problem) : nothing}
        <div class="actions">
          <button type="button" class="button" @click=${() => this._dialog.close()}>${common("cancel")}</button>
          <button class="button danger" ?disabled=${this._busy || this._typed !== word}>${act.label}</button>
        </div>
      </form>`;
  }

  private readonly _submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const act = this._act;
    if (!act || !this._form || this._typed !== confirmationOf(this.log)) return;
    const fields = new FormData(this._form);
    this._busy = true;
    this._problem = undefined;
    try {
      await act.run(Object.fromEntries(act.fields.map(({ id }) => [id, Number(fields.get(id))])));
      this._dialog.close();
    } catch (error) {
      this._problem = Problem.of(error);
    } finally {
      this._busy = false;
    }
  };
}
