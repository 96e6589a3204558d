import { css, html, nothing, type TemplateResult } from "lit";
import { bytes, copyButton, icon, number } from "../../sdk/index.ts";
import { say } from "./catalogue.ts";
import { preview } from "./entry.ts";
import { titleOf, type Log } from "./log.ts";

/** What is known of an entry. */
export interface Row {
  readonly index: number;
  readonly data: Uint8Array | undefined;
  /** It is here, but too long to have been read with the others. */
  readonly unread: boolean;
  readonly absent: boolean;
  readonly busy: boolean;
  readonly fetch: () => void;
  readonly log: Log;
}

export const entryStyles = css`
  .list > li { padding: 0; contain-intrinsic-size: auto 44px; }
  summary, .plain { display: grid; grid-template-columns: 12px minmax(56px, auto) minmax(0, 1fr) auto;
    gap: var(--space-2); align-items: baseline; padding: var(--space-2) var(--space-4); min-height: 44px; }
  summary { cursor: pointer; list-style: none; }
  summary::-webkit-details-marker { display: none; }
  summary::before { content: "▸"; color: var(--text-soft); }
  details[open] > summary::before { content: "▾"; }
  .plain::before { content: ""; }
  .line { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; unicode-bidi: isolate; }
  .whole { padding: 0 var(--space-4) var(--space-4); }
  .whole pre { max-height: 320px; overflow: auto; margin: 0; padding: var(--space-3); white-space: pre-wrap;
    overflow-wrap: anywhere; background: var(--surface-sunken); border-radius: var(--radius); unicode-bidi: isolate; }
`;

/** One entry: a line, and on demand all of it. Bytes of strangers only ever become text, never markup. */
export function entryRow(row: Row): TemplateResult {
  const { index, data } = row;
  const place = html`<span class="soft figures">${number(index)}</span>`;
  if (!data && !row.absent && !row.unread) return html`<div class="plain">${place}</div>`;
  if (!data) {
    return html`
      <div class="plain">${place}
        <span class="soft">${row.unread ? say("notRead") : say("notHere")}</span>
        <button class="button small" ?disabled=${row.busy} @click=${row.fetch}
          aria-label=${`${row.unread ? say("show") : say("fetch")}: ${say("entry", { index: number(index) })}`}>
          ${row.unread ? say("show") : say("fetch")}</button>
      </div>`;
  }
  const shown = preview(data);
  const size = html`<span class="soft small-text figures nowrap">${bytes(data.length)}</span>`;
  if (shown.kind === "empty") {
    return html`<div class="plain">${place}<span class="soft">${say("emptyEntry")}</span>${size}</div>`;
  }
  const line = shown.kind === "hex" ? html`<code>${shown.line}</code>` : shown.line;
  return html`
    <details>
      <summary>${place}<span class="line" dir="auto">${line}</span>${size}</summary>
      <div class="whole stack tight">
        <pre tabindex="0" role="region" dir="auto"
          aria-label=${say("entry", { index: number(index) })}>${shown.text}</pre>
        <div class="row between">
          <span class="soft small-text">${shown.cut ? say("cutHere") : nothing}</span>
          <span class="row">${shown.kind === "text" && !shown.cut ? copyButton(shown.text) : nothing}
            <button class="button small" @click=${() => save(row.log, index, data)}>
              ${icon("download")}${say("saveAs")}</button></span>
        </div>
      </div>
    </details>`;
}

/** Lets the browser save an entry. Its type says nothing, so that nothing is done with it. */
function save(log: Log, index: number, data: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([data.slice()], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${titleOf(log).replace(/[^\w.-]/g, "-")}-${index}.bin`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
