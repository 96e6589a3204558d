import { property } from "lit/decorators.js";
import { SamtalaElement } from "../sdk/index.ts";
import type { ShellContext } from "./context.ts";

/** A part of the shell: it has the context and is drawn anew when the node, the page or the preferences change. */
export abstract class ShellElement extends SamtalaElement {
  @property({ attribute: false }) context!: ShellContext;

  private readonly _changed = (): void => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    for (const source of this._sources()) source.addEventListener("change", this._changed);
  }

  override disconnectedCallback(): void {
    for (const source of this._sources()) source.removeEventListener("change", this._changed);
    super.disconnectedCallback();
  }

  private _sources(): EventTarget[] {
    const { session, node, router, preferences } = this.context;
    return [session, node, router, preferences];
  }
}
