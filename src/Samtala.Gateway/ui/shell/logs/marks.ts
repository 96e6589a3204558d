import { css, html, nothing, type TemplateResult } from "lit";
import { badge, number } from "../../sdk/index.ts";
import { say } from "./catalogue.ts";
import { int, isOwn, type Log } from "./log.ts";

/** What the parts of these pages have in common. */
export const logStyles = css`
  .mark { width: 36px; height: 36px; flex: none; }
  .mark svg { width: 100%; height: 100%; border-radius: var(--radius); display: block; }
  .bar { width: 100%; height: 4px; display: block; border-radius: 2px; }
  .card > h2, .head { margin-bottom: var(--space-3); }
  .card.stack > h2 { margin-bottom: 0; }
  .back { display: inline-flex; align-items: center; gap: var(--space-1); text-decoration: none; }
  .break { overflow-wrap: anywhere; }
`;

/** Whose a log is, and who may have it. */
export function marks(log: Log): TemplateResult {
  return html`
    <span class="row">
      ${log.frozen ? badge(say("frozen"), "danger") : nothing}
      ${log.unconfirmed ? badge(say("unconfirmed"), "warning") : nothing}
      <span class="tag">${isOwn(log) ? say("own") : say("followed")}</span>
      ${log.shared ? html`<span class="tag">${say("shared")}</span>` : nothing}
      ${log.encrypted ? html`<span class="tag">${say("encrypted")}</span>` : nothing}
    </span>`;
}

/** How much is here without a gap, in words. */
export function contiguity(log: Log): string {
  const length = int(log.length);
  const contiguous = int(log.contiguousLength);
  if (length === 0) return say("noEntries");
  if (contiguous === 0) return say("firstNotHere");
  return contiguous >= length ? say("allHere") : say("hereWithoutGap", { n: contiguous, length: number(length) });
}

/** The share of a log that is here without a gap. */
export function contiguousShare(log: Log): number {
  const length = int(log.length);
  return length === 0 ? 0 : int(log.contiguousLength) / length;
}
