import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { icon, listAll, SamtalaElement, type IconName } from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import { say as sayOfLogs } from "./logs/catalogue.ts";
import { inOrder, keyOf, titleOf, type Log } from "./logs/log.ts";
import { PluginActions } from "./plugin-actions.ts";
import { iconOf, nameOf } from "./plugin-words.ts";
import { paths } from "./route.ts";
import { ShellElement } from "./shell-element.ts";

/** How many logs can be found. */
const LOGS_MAX = 1000;

interface Entry {
  readonly icon: IconName;
  readonly text: string;
  readonly kind: "page" | "command";
  readonly run: () => void;
}

/** Finds every page and command by a few letters: Ctrl-K. */
@customElement("samtala-shell-palette")
export class Palette extends ShellElement {
  static override styles = [SamtalaElement.styles, css`
    dialog { padding: 0; margin-top: 12vh; overflow: hidden; }
    dialog[open] { display: flex; flex-direction: column; }
    .head { display: flex; align-items: center; gap: var(--space-3); padding: 0 var(--space-4);
      border-bottom: 1px solid var(--border); color: var(--text-soft); }
    input { flex: 1; min-height: 52px; border: 0; background: transparent; color: var(--text); font: inherit;
      min-width: 0; }
    /* The caret and the line below show the focus; a frame would hide the first option. */
    input:focus-visible { outline: none; }
    .head:focus-within { border-bottom-color: var(--accent); }
    input::placeholder { color: var(--text-soft); opacity: 1; }
    .options { overflow: auto; max-height: 52vh; padding: var(--space-2); }
    .option { display: flex; align-items: center; gap: var(--space-3); padding: var(--space-2) var(--space-3);
      border-radius: var(--radius); cursor: pointer; }
    .option[aria-selected="true"] { background: var(--accent-tint); color: var(--text); }
    .option .icon { color: var(--text-soft); }
    .none { padding: var(--space-6); text-align: center; }
  `];

  @state() private _query = "";
  @state() private _active = 0;
  @state() private _open = false;
  @state() private _logs: Log[] = [];
  @query("dialog") private _dialog!: HTMLDialogElement;
  @query("input") private _input!: HTMLInputElement;
  private readonly _actions = new PluginActions(this, () => this.context);

  open(): void {
    this._query = "";
    this._active = 0;
    this._open = true;
    this._input.value = "";
    this._dialog.showModal();
    void this._readLogs();
  }

  toggle(): void {
    if (this._dialog.open) this._dialog.close();
    else this.open();
  }

  override render(): TemplateResult {
    const found = this._open ? this._found() : [];
    const active = Math.min(this._active, found.length - 1);
    return html`
      <dialog aria-label=${say("search")} @close=${() => { this._open = false; }} @click=${this._outside}>
        <div class="head">
          ${icon("search")}
          <input role="combobox" aria-expanded="true" aria-controls="options" aria-autocomplete="list"
            autocomplete="off" spellcheck="false" aria-activedescendant=${active >= 0 ? `option-${active}` : nothing}
            aria-label=${say("paletteHint")} placeholder=${say("paletteHint")}
            @input=${this._typed} @keydown=${this._key}>
        </div>
        <div id="options" class="options" role="listbox" aria-label=${say("results")}>
          ${found.map((entry, index) => html`
            <div id="option-${index}" class="option" role="option" aria-selected=${index === active ? "true" : "false"}
              @click=${() => this._run(entry)} @pointermove=${() => { this._active = index; }}>
              ${icon(entry.icon)}<span class="grow">${entry.text}</span>
              <span class="soft small-text">${say(entry.kind)}</span>
            </div>`)}
        </div>
        ${this._open && found.length === 0
          ? html`<p class="none soft" role="status">${say("paletteNone")}</p>` : nothing}
      </dialog>`;
  }

  override updated(): void {
    this.renderRoot.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  private _found(): Entry[] {
    const words = this._query.toLowerCase().split(/\s+/).filter(word => word !== "");
    return this._entries().filter(entry => words.every(word => entry.text.toLowerCase().includes(word)));
  }

  private _entries(): Entry[] {
    const { router, preferences, session, node } = this.context;
    const page = (name: IconName, text: string, path: string): Entry =>
      ({ icon: name, text, kind: "page", run: () => router.navigate(path) });
    const command = (name: IconName, text: string, run: () => void): Entry =>
      ({ icon: name, text, kind: "command", run });
    const plugins = node.plugins ?? [];
    const theme = (choice: "system" | "light" | "dark", word: string): Entry =>
      command("settings", say("useTheme", { theme: word }), () => preferences.chooseTheme(choice));
    return [
      page("home", say("home"), paths.home),
      ...plugins.filter(plugin => plugin.ui).map(plugin => page(iconOf(plugin), nameOf(plugin), paths.app(plugin.id))),
      page("plugins", say("plugins"), paths.plugins),
      ...plugins.map(plugin => page("plugins", `${say("plugins")}: ${nameOf(plugin)}`, paths.plugin(plugin.id))),
      page("log", sayOfLogs("logs"), paths.logs),
      ...inOrder(this._logs).map(log =>
        page("log", sayOfLogs("openLog", { name: titleOf(log) }), paths.log(keyOf(log)))),
      page("settings", say("settings"), paths.settings),
      page("key", `${say("settings")}: ${say("tokens")}`, `${paths.settings}/tokens`),
      command("log", sayOfLogs("create"), () => router.navigate(paths.newLog)),
      command("log", sayOfLogs("follow"), () => router.navigate(paths.followLog)),
      ...plugins.flatMap(plugin => plugin.state === "DISABLED"
        ? [command("plugins", `${say("enable")}: ${nameOf(plugin)}`, () => void this._actions.enable(plugin))]
        : [command("plugins", `${say("reload")}: ${nameOf(plugin)}`, () => void this._actions.reload(plugin)),
          command("plugins", `${say("disable")}: ${nameOf(plugin)}`, () => void this._actions.disable(plugin))]),
      theme("system", say("themeSystem")), theme("light", say("themeLight")), theme("dark", say("themeDark")),
      command("settings", "English", () => preferences.chooseLanguage("en")),
      command("settings", "Svenska", () => preferences.chooseLanguage("sv")),
      command("lock", say("signOut"), () => session.leave()),
    ];
  }

  /** Logs are found as they are when the palette opens. Without an answer there is the page of logs, which says why. */
  private async _readLogs(): Promise<void> {
    this._logs = await listAll<Log>(this.context.session.api, "/v1/logs", "logs", undefined, LOGS_MAX).catch(() => []);
  }

  private _run(entry: Entry): void {
    this._dialog.close();
    entry.run();
  }

  private readonly _typed = (): void => {
    this._query = this._input.value;
    this._active = 0;
  };

  private readonly _key = (event: KeyboardEvent): void => {
    const found = this._found();
    if (event.key === "ArrowDown") this._active = Math.min(this._active + 1, found.length - 1);
    else if (event.key === "ArrowUp") this._active = Math.max(this._active - 1, 0);
    else if (event.key === "Enter") {
      const entry = found[this._active];
      if (entry) this._run(entry);
    } else return;
    event.preventDefault();
  };

  private readonly _outside = (event: Event): void => {
    if (event.target === this._dialog) this._dialog.close();
  };
}
