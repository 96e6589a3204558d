import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { common, notify, Problem, problemView, type Plugin } from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import { nameOf } from "./plugin-words.ts";
import { paths } from "./route.ts";
import { ShellElement } from "./shell-element.ts";

/** Removes a plugin. Deleting what it stored cannot be undone, so the id must be typed for that. */
@customElement("samtala-shell-remove")
export class RemoveDialog extends ShellElement {
  @property({ attribute: false }) plugin!: Plugin;
  @state() private _keep = true;
  @state() private _typed = "";
  @state() private _problem: Problem | undefined;
  @query("dialog") private _dialog!: HTMLDialogElement;

  open(): void {
    this._keep = true;
    this._typed = "";
    this._problem = undefined;
    this._dialog.showModal();
  }

  override render(): TemplateResult {
    const ready = this._keep || this._typed === this.plugin.id;
    return html`
      <dialog aria-labelledby="title">
        <form class="stack" @submit=${this._submit}>
          <h2 id="title">${say("removeTitle", { name: nameOf(this.plugin) })}</h2>
          <label class="check">
            <input type="checkbox" .checked=${this._keep}
              @change=${(event: Event) => { this._keep = (event.target as HTMLInputElement).checked; }}>
            ${say("keepData")}
          </label>
          ${this._keep ? nothing : html`
            <div class="field">
              <label for="typed">${say("removeForever", { id: this.plugin.id })}</label>
              <input id="typed" class="input" autocomplete="off" spellcheck="false" .value=${this._typed}
                @input=${(event: Event) => { this._typed = (event.target as HTMLInputElement).value; }}>
            </div>`}
          ${this._problem ? problemView(this._problem) : nothing}
          <div class="actions">
            <button type="button" class="button" @click=${() => this._dialog.close()}>${common("cancel")}</button>
            <button class="button danger" ?disabled=${!ready}>${say("remove")}</button>
          </div>
        </form>
      </dialog>`;
  }

  private readonly _submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { session, node, router } = this.context;
    const name = nameOf(this.plugin);
    try {
      await session.api.delete(`/v1/${this.plugin.name}`, { keepData: this._keep });
      this._dialog.close();
      notify(this, { text: say("removed", { name }) });
      router.navigate(paths.plugins);
      await node.refresh();
    } catch (error) {
      this._problem = Problem.of(error);
    }
  };
}
