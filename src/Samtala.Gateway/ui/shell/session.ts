import { HttpApi, Problem, type Api } from "../sdk/index.ts";

const KEY = "samtala.token";

/** Who is signed in, in this tab. The token lives in the tab's session storage: no cookie, no URL. */
export class Session extends EventTarget {
  readonly api: Api = new HttpApi({ token: () => this.token, refused: () => this._refused() });
  /** True when the node no longer takes the token there was. */
  expired = false;

  get token(): string | null {
    return sessionStorage.getItem(KEY);
  }

  /** Exchanges the one-time secret of a login link in the address, and takes it out of the address first. */
  async openLink(): Promise<void> {
    const secret = secretIn(location.hash);
    if (secret === undefined) return;
    history.replaceState(history.state, "", location.pathname + location.search);
    await this.login(secret);
  }

  /** Signs in with a login link, its secret, or a token. */
  async signIn(text: string): Promise<void> {
    const trimmed = text.trim();
    const secret = secretIn(trimmed.slice(Math.max(trimmed.indexOf("#"), 0)));
    if (secret !== undefined) return this.login(secret);
    const api = new HttpApi({ token: () => trimmed, refused: () => undefined });
    await api.get("/v1/status");
    this._keep(trimmed);
  }

  /** Exchanges a one-time secret for a token. */
  async login(secret: string): Promise<void> {
    const api = new HttpApi({ token: () => null, refused: () => undefined });
    const answer = await api.post<{ token?: string }>("/v1/login", { secret });
    if (!answer.token) throw new Problem("The node answered without a token.", 502);
    this._keep(answer.token);
  }

  /** Forgets the token in this tab. */
  leave(): void {
    this._drop(false);
  }

  private _refused(): void {
    if (this.token !== null) this._drop(true);
  }

  private _keep(token: string): void {
    sessionStorage.setItem(KEY, token);
    this.expired = false;
    this.dispatchEvent(new Event("change"));
  }

  private _drop(expired: boolean): void {
    sessionStorage.removeItem(KEY);
    this.expired = expired;
    this.dispatchEvent(new Event("change"));
  }
}

function secretIn(fragment: string): string | undefined {
  if (!fragment.startsWith("#")) return undefined;
  return new URLSearchParams(fragment.slice(1)).get("token") ?? undefined;
}
