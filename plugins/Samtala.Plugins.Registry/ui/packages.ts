import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import {
  bytes, common, emptyView, notify, Loader, loaded, Problem, problemView, SamtalaElement, when, type Api,
} from "@samtala/dashboard/sdk";
import { say } from "./catalogue.ts";
import { ecosystem, type Package } from "./registry.ts";

const PAGE_SIZE = 50;
const MIRRORS = ["npm", "nuget"] as const;

interface Found {
  readonly packages: Package[];
  readonly next: string;
}

/** The packages that a mirror holds, found by the beginning of their names. */
@customElement("samtala-registry-packages")
export class Packages extends SamtalaElement {
  static override styles = [SamtalaElement.styles, css`
    .head { padding: var(--space-4); }
    .list { border-top: 1px solid var(--border); }
    .filter { display: flex; gap: var(--space-2); }
    .inner, .more { padding: 0 var(--space-4) var(--space-4); }
    .more { border-top: 1px solid var(--border); padding-top: var(--space-4); text-align: center; }
    summary { cursor: pointer; display: flex; gap: var(--space-2) var(--space-4); align-items: baseline;
      flex-wrap: wrap; }
    summary::before { content: "▸"; color: var(--text-soft); width: 12px; flex: none; }
    details[open] > summary::before { content: "▾"; }
    details .files { margin: var(--space-2) 0 0; margin-inline-start: 28px; }
    .files li { display: flex; justify-content: space-between; gap: var(--space-4); padding: 2px 0; }
    .files span:first-child { overflow-wrap: anywhere; }
    .forget { margin: var(--space-2) 0 0; margin-inline-start: 28px; }
    .name { font-weight: 500; overflow-wrap: anywhere; }
    @media (max-width: 639px) { .filter { width: 100%; } .filter .input { min-width: 0; } }
  `];

  @property({ attribute: false }) api!: Api;
  @state() private _mirror: string = MIRRORS[0];
  @state() private _prefix = "";
  @state() private _problem: Problem | undefined;
  private _typing = 0;

  private readonly _found = new Loader<Found>(this, signal => this._read("", signal));

  override disconnectedCallback(): void {
    clearTimeout(this._typing);
    super.disconnectedCallback();
  }

  override render(): TemplateResult {
    return html`
      <section class="card flush" aria-labelledby="title">
        <div class="row between head">
          <h2 id="title">${say("packages")}</h2>
          <div class="filter">
            <select class="input" aria-label=${say("ecosystem")} @change=${this._chosen}>
              ${MIRRORS.map(mirror => html`<option value=${mirror}>${ecosystem(mirror)}</option>`)}
            </select>
            <input class="input" type="search" aria-label=${say("find")} placeholder=${say("find")} autocomplete="off"
              spellcheck="false" @input=${this._typed}>
          </div>
        </div>
        ${this._found.value ? nothing : html`<div class="inner">${loaded(this._found, () => nothing)}</div>`}
        ${this._found.value ? loaded(this._found, found => this._list(found)) : nothing}
        ${this._problem ? html`<div class="inner">${problemView(this._problem)}</div>` : nothing}
      </section>`;
  }

  private _list(found: Found): TemplateResult {
    if (found.packages.length === 0) {
      return this._prefix !== "" ? html`<p class="soft inner">${say("packagesNone", { prefix: this._prefix })}</p>`
        : emptyView("package", say("packagesEmpty"), say("packagesEmptyText"));
    }
    return html`
      <ul class="list">${repeat(found.packages, item => item.package, item => html`
        <li>${this._package(item)}</li>`)}</ul>
      ${found.next === "" ? nothing : html`
        <div class="more"><button class="button" @click=${() => this._more(found)}>${common("more")}</button></div>`}`;
  }

  private _package(item: Package): TemplateResult {
    const files = item.files ?? [];
    const size = files.reduce((sum, file) => sum + Number(file.size ?? 0), 0);
    return html`
      <details>
        <summary>
          <span class="name grow">${item.package}</span>
          <span class="soft figures">${files.length === 0 ? say("noFiles")
            : `${say("files", { n: files.length })}, ${bytes(size)}`}</span>
          <span class="soft small-text">${when(item.fetchTime)}</span>
        </summary>
        <ul class="files small-text">${files.map(file => html`
          <li><span title=${file.sha512 ? `sha512 ${file.sha512}` : nothing}>${file.file}</span>
            <span class="soft figures nowrap">${bytes(file.size)}</span></li>`)}</ul>
        <button class="button small forget" @click=${() => this._forget(item)}>${say("forget")}</button>
      </details>`;
  }

  private async _read(pageToken: string, signal?: AbortSignal): Promise<Found> {
    const path = `/v1/registry/mirrors/${encodeURIComponent(this._mirror)}/packages`;
    const query = { prefix: this._prefix, pageSize: PAGE_SIZE, pageToken };
    const answer = await this.api.get<{ packages?: Package[]; nextPageToken?: string }>(path, query, signal);
    return { packages: answer.packages ?? [], next: answer.nextPageToken ?? "" };
  }

  private async _more(found: Found): Promise<void> {
    try {
      const more = await this._read(found.next);
      this._found.set({ packages: [...found.packages, ...more.packages], next: more.next });
      this._problem = undefined;
    } catch (error) {
      this._problem = Problem.of(error);
    }
  }

  private async _forget(item: Package): Promise<void> {
    try {
      const path = `/v1/registry/mirrors/${encodeURIComponent(this._mirror)}/packages:forget`;
      await this.api.post(path, { package: item.package });
      notify(this, { text: say("forgotten", { name: item.package }) });
      await this._found.reload();
    } catch (error) {
      this._problem = Problem.of(error);
    }
  }

  private readonly _chosen = (event: Event): void => {
    this._mirror = (event.target as HTMLSelectElement).value;
    void this._found.reload();
  };

  private readonly _typed = (event: Event): void => {
    this._prefix = (event.target as HTMLInputElement).value.trim();
    clearTimeout(this._typing);
    this._typing = window.setTimeout(() => void this._found.reload(), 200);
  };
}
