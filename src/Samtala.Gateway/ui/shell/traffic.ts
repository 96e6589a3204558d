import { html, svg, type TemplateResult } from "lit";
import { clock, rate } from "../sdk/index.ts";
import { say } from "./catalogue.ts";
import type { Sample } from "./node-watch.ts";

const WIDTH = 300;
const HEIGHT = 64;
/** The scale never shows less than this as its top, so that a trickle does not look like a flood (bytes/s). */
const LEAST_TOP = 10_000;
const TABLE_ROWS = 10;

interface Speed {
  readonly time: number;
  readonly value: number;
}

/** Bytes per second at the newest sample. */
export function speedNow(samples: readonly Sample[], what: "served" | "fetched"): number {
  return speeds(samples, what).at(-1)?.value ?? 0;
}

/** The traffic as a line, with the same as a table for those who cannot see it. */
export function trafficPicture(samples: readonly Sample[]): TemplateResult {
  const points = speeds(samples, "served");
  const top = Math.max(LEAST_TOP, ...points.map(point => point.value));
  const last = points.at(-1)?.time ?? 0;
  const x = (point: Speed): number => WIDTH - ((last - point.time) / 180_000) * WIDTH;
  const y = (point: Speed): number => HEIGHT - 2 - (point.value / top) * (HEIGHT - 8);
  const line = points.map(point => `${x(point).toFixed(1)},${y(point).toFixed(1)}`).join(" ");
  return html`
    <svg class="picture" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
      ${svg`<line x1="0" x2=${WIDTH} y1=${HEIGHT - 1} y2=${HEIGHT - 1} stroke="var(--border)"/>
      <polyline points=${line} fill="none" stroke="var(--accent)" stroke-width="2" stroke-linejoin="round"
        vector-effect="non-scaling-stroke"/>`}
    </svg>
    <table class="visually-hidden">
      <caption>${say("trafficTitle")}</caption>
      <tbody>${points.slice(-TABLE_ROWS).map(point => html`
        <tr><th scope="row">${clock(new Date(point.time))}</th><td>${rate(point.value)}</td></tr>`)}
      </tbody>
    </table>`;
}

function speeds(samples: readonly Sample[], what: "served" | "fetched"): Speed[] {
  const result: Speed[] = [];
  for (let i = 1; i < samples.length; i++) {
    const [before, after] = [samples[i - 1], samples[i]];
    if (!before || !after || after.time <= before.time) continue;
    const value = Math.max(0, (after[what] - before[what]) / ((after.time - before.time) / 1000));
    result.push({ time: after.time, value });
  }
  return result;
}
