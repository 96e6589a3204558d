import { LitElement, type CSSResultGroup } from "lit";
import type { Api } from "./api.ts";
import { baseStyles } from "./styles.ts";
import { LANGUAGE_CHANGED } from "./words.ts";

/** What a page may know of the node it is shown by. */
export interface NodeInfo {
  readonly version: string;
  /** This device's public key, 64 hexadecimal digits. */
  readonly device: string;
  /** Where REST and the dashboard answer, such as "http://127.0.0.1:7650". */
  readonly http: string;
}

/** The colours in use. */
export type Theme = "light" | "dark";

/** What the shell gives a plugin's element `samtala-<id>`, as properties, before it is shown. */
export interface PageContext {
  api: Api;
  node: NodeInfo;
  /** Goes to a page of the dashboard; `path` begins with "/app/". */
  navigate: (path: string) => void;
  theme: Theme;
}

/** A LitElement that wears the house's clothes and speaks the language of the moment. */
export abstract class SamtalaElement extends LitElement {
  static override styles: CSSResultGroup = baseStyles;

  private readonly _speak = (): void => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener(LANGUAGE_CHANGED, this._speak);
  }

  override disconnectedCallback(): void {
    window.removeEventListener(LANGUAGE_CHANGED, this._speak);
    super.disconnectedCallback();
  }
}

/** A short message at the edge of the window, with a way back if there is one. */
export interface Notice {
  readonly text: string;
  readonly tone?: "plain" | "danger";
  readonly undo?: () => void;
}

/** The event by which a page asks the shell to show a notice. */
export const NOTICE = "samtala-notice";

/** Shows a notice. */
export function notify(from: EventTarget, notice: Notice): void {
  from.dispatchEvent(new CustomEvent<Notice>(NOTICE, { detail: notice, bubbles: true, composed: true }));
}
