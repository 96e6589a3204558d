import { svg, html, type TemplateResult } from "lit";

const COLOURS = ["#2459b8", "#1b7043", "#8a5300", "#7a3ea1", "#a1295f", "#1d6b7a"] as const;

/** A small symmetric picture of a key, so that a device is known at a glance. It proves nothing. */
export function fingerprint(key: string): TemplateResult {
  const digit = (index: number): number => parseInt(key[index] ?? "0", 16) || 0;
  const cells = [];
  for (let y = 0; y < 5; y++) {
    for (let x = 0; x < 3; x++) {
      if (digit(2 + y * 3 + x) < 8 && key !== "") continue;
      cells.push(svg`<rect x=${x + 1} y=${y + 1} width="1.02" height="1.02"/>`);
      if (x < 2) cells.push(svg`<rect x=${5 - x} y=${y + 1} width="1.02" height="1.02"/>`);
    }
  }
  const colour = COLOURS[(digit(0) * 16 + digit(1)) % COLOURS.length];
  return html`
    <svg viewBox="0 0 7 7" aria-hidden="true" focusable="false">
      <rect width="7" height="7" fill=${colour ?? COLOURS[0]}/><g fill="#fff">${cells}</g>
    </svg>`;
}
