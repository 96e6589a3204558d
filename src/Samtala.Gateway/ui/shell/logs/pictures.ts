import { html, svg, type TemplateResult } from "lit";
import { HEIGHT, outline } from "./cells.ts";

/** A slim bar: how much of the whole there is. Words beside it tell the same. */
export function slimBar(share: number): TemplateResult {
  const width = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
  return html`
    <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      ${svg`<rect width="100" height="4" fill="var(--border-strong)"/>
      <rect width=${width} height="4" fill="var(--accent)"/>`}
    </svg>`;
}

/** Which parts of a log somebody has. One path, whatever the number of cells, so that it changes without flicker. */
export function strip(cells: Uint8Array): TemplateResult {
  return html`
    <svg class="strip" viewBox="0 0 ${Math.max(1, cells.length)} ${HEIGHT}" preserveAspectRatio="none"
      aria-hidden="true" focusable="false">
      ${svg`<path d=${outline(cells)} fill="var(--accent)" shape-rendering="crispEdges"/>`}
    </svg>`;
}
