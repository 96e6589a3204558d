import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";

/** Pictures drawn for this house: 24 units wide, stroked with the text's colour. */
const PATHS = {
  home: svg`<path d="M4 11.5 12 5l8 6.5M6.5 10v9h11v-9M10 19v-5h4v5"/>`,
  plugins: svg`<path d="M10 5a2 2 0 1 1 4 0v2h4v4.5h-1.5a2 2 0 1 0 0 4H18V20H6v-4.5h1.5a2 2 0 1 0 0-4H6V7h4z"/>`,
  log: svg`<path d="M8.5 6.5H19M8.5 12H19M8.5 17.5H19M4.5 6.5v11"/><circle cx="4.5" cy="6.5" r="0.8"/>
    <circle cx="4.5" cy="12" r="0.8"/><circle cx="4.5" cy="17.5" r="0.8"/>`,
  settings: svg`<path d="M5 7h8m4 0h2M5 17h2m4 0h8M5 12h3m4 0h7"/><circle cx="15" cy="7" r="2"/>
    <circle cx="10" cy="12" r="2"/><circle cx="9" cy="17" r="2"/>`,
  search: svg`<circle cx="11" cy="11" r="5.5"/><path d="m15.2 15.2 4.3 4.3"/>`,
  package: svg`<path d="m12 4 7 3.5v9L12 20l-7-3.5v-9zM5 7.5l7 3.5 7-3.5M12 11v9M8.5 5.8l7 3.5"/>`,
  app: svg`<rect x="5" y="5" width="6" height="6" rx="1.5"/><rect x="13" y="5" width="6" height="6" rx="1.5"/>
    <rect x="5" y="13" width="6" height="6" rx="1.5"/><rect x="13" y="13" width="6" height="6" rx="1.5"/>`,
  warning: svg`<path d="m12 5 8 14H4zM12 10v4m0 2.3v.2"/>`,
  offline: svg`<path d="M4 9.5a12 12 0 0 1 16 0M7 13a7.5 7.5 0 0 1 10 0m-7 3.5a3.5 3.5 0 0 1 4 0M4 4l16 16"/>`,
  check: svg`<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
  copy: svg`<rect x="9" y="9" width="10" height="10" rx="2"/>
    <path d="M15 6.5V6a2 2 0 0 0-2-2H7a2 2 0 0 0-2 2v6a2 2 0 0 0 2 2h.5"/>`,
  back: svg`<path d="M19 12H5m6-6-6 6 6 6"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  key: svg`<circle cx="8.5" cy="15.5" r="3.5"/><path d="m11 13 8-8m-3 3 2.5 2.5M13.5 10.5l2 2"/>`,
  lock: svg`<rect x="6" y="11" width="12" height="8.5" rx="2"/><path d="M8.5 11V8.5a3.5 3.5 0 0 1 7 0V11"/>`,
  download: svg`<path d="M12 5v10m-4.5-4L12 15.5 16.5 11M5 19h14"/>`,
  external: svg`<path d="M10 6H6v12h12v-4M13 5h6v6m0-6-9 9"/>`,
} satisfies Record<string, SVGTemplateResult>;

/** The name of a picture. */
export type IconName = keyof typeof PATHS;

/** A picture beside words; it says nothing to screen readers. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${PATHS[name]}</svg>`;
}
