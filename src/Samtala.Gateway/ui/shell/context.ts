import type { NodeWatch } from "./node-watch.ts";
import type { Preferences } from "./preferences.ts";
import type { Router } from "./router.ts";
import type { Session } from "./session.ts";

/** What the shell's pages share. */
export interface ShellContext {
  readonly session: Session;
  readonly node: NodeWatch;
  readonly router: Router;
  readonly preferences: Preferences;
}
