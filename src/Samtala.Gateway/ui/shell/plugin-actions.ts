import { notify, Problem, problemText, type Plugin } from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import type { ShellContext } from "./context.ts";
import { nameOf } from "./plugin-words.ts";

/** What the owner can do with a plugin. Each call tells how it went in a notice, and refreshes what is shown. */
export class PluginActions {
  private readonly _context: () => ShellContext;
  private readonly _host: EventTarget;

  constructor(host: EventTarget, context: () => ShellContext) {
    this._host = host;
    this._context = context;
  }

  /** Turns a plugin on, giving it `grants` beside those it has. */
  enable(plugin: Plugin, grants: readonly string[] = []): Promise<boolean> {
    return this._run(`/v1/${plugin.name}:enable`, { grants }, say("turnedOn", { name: nameOf(plugin) }));
  }

  /** Turns a plugin off, with a way back. */
  disable(plugin: Plugin): Promise<boolean> {
    const undo = (): void => void this.enable(plugin);
    return this._run(`/v1/${plugin.name}:disable`, {}, say("turnedOff", { name: nameOf(plugin) }), undo);
  }

  reload(plugin: Plugin): Promise<boolean> {
    return this._run(`/v1/${plugin.name}:reload`, {}, say("restarted", { name: nameOf(plugin) }));
  }

  private async _run(path: string, body: unknown, text: string, undo?: () => void): Promise<boolean> {
    const { session, node } = this._context();
    try {
      await session.api.post(path, body);
      notify(this._host, undo ? { text, undo } : { text });
      return true;
    } catch (error) {
      notify(this._host, { text: problemText(Problem.of(error)), tone: "danger" });
      return false;
    } finally {
      await node.refresh();
    }
  }
}
