import { html, type TemplateResult } from "lit";
import { language, number } from "./words.ts";

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Bytes, as in "12.3 MB"; the JSON of an int64 is a string, so strings are taken too. */
export function bytes(value: number | string | undefined): string {
  let left = Number(value ?? 0);
  let unit = 0;
  while (left >= 999.95 && unit < UNITS.length - 1) {
    left /= 1000;
    unit++;
  }
  return `${number(left, unit === 0 ? 0 : 1)}\u00a0${UNITS[unit]}`;
}

/** Bytes per second. */
export function rate(bytesPerSecond: number): string {
  return `${bytes(bytesPerSecond)}/s`;
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600], ["month", 2_629_800], ["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1],
];

/** Time from now, as in "3 minutes ago". */
export function relative(time: Date, now = Date.now()): string {
  const seconds = (time.getTime() - now) / 1000;
  const format = new Intl.RelativeTimeFormat(language(), { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, "second");
}

/** The exact time, for people. */
export function exact(time: Date): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "medium" }).format(time);
}

/** A time of day with seconds, for log lines. */
export function clock(time: Date): string {
  return new Intl.DateTimeFormat("sv", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(time);
}

/** A `<time>`: relative, with the exact time on hover. Nothing when there is no time. */
export function when(timestamp: string | undefined): TemplateResult | string {
  const time = timestamp ? new Date(timestamp) : undefined;
  if (!time || Number.isNaN(time.getTime())) return "";
  return html`<time datetime=${time.toISOString()} title=${exact(time)}>${relative(time)}</time>`;
}

/** How long, in the two largest units: "3 d 4 h". `seconds` may be proto3 JSON ("12.5s"). */
export function duration(seconds: number | string | undefined): string {
  const total = Math.floor(typeof seconds === "string" ? parseFloat(seconds) : seconds ?? 0);
  const parts: [number, string][] = [
    [Math.floor(total / 86_400), "d"], [Math.floor(total / 3600) % 24, "h"],
    [Math.floor(total / 60) % 60, "min"], [total % 60, "s"],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  if (first < 0) return "0\u00a0s";
  return parts.slice(first, first + 2).filter(([value]) => value > 0)
    .map(([value, unit]) => `${value}\u00a0${unit}`).join(" ");
}

/** A key in short: its first and last four digits. */
export function shortKey(key: string): string {
  return key.length <= 12 ? key : `${key.slice(0, 4)}…${key.slice(-4)}`;
}
