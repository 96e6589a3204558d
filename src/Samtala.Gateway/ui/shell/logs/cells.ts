import { number } from "../../sdk/words.ts";

/** How many parts a picture of a log has at most. */
export const CELLS = 256;
/** The picture's height, in its own units. */
export const HEIGHT = 10;
/** The share of a part of which every entry is there. */
const ALL = 255;
/** How many ranges are told before "and so on". */
const RANGES_MAX = 6;

/** Entries from one index to before another, and whether all or only some of them are there. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly all: boolean;
}

/** Bytes of base64; nothing of what is not base64. */
export function fromBase64(text: string | undefined): Uint8Array {
  try {
    return Uint8Array.from(atob(text ?? ""), character => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/**
 * The outline of a picture one unit wide per cell: as high as the share that is there. Whatever is not nothing is seen,
 * whatever is not everything is not full.
 */
export function outline(cells: Uint8Array): string {
  let path = "";
  for (let from = 0; from < cells.length;) {
    const height = heightOf(cells[from]);
    let to = from + 1;
    while (to < cells.length && heightOf(cells[to]) === height) to++;
    if (height > 0) path += `M${from} ${HEIGHT}V${HEIGHT - height}H${to}V${HEIGHT}z`;
    from = to;
  }
  return path;
}

/** Which entries the cells tell to be there, in order; neighbours that are alike are one range. */
export function rangesOf(cells: Uint8Array, length: number): Range[] {
  const ranges: Range[] = [];
  cells.forEach((share, cell) => {
    const [from, to] = bounds(cell, cells.length, length);
    if (share === 0 || from === to) return;
    const all = share === ALL;
    const last = ranges.at(-1);
    if (last && last.to === from && last.all === all) ranges[ranges.length - 1] = { from: last.from, to, all };
    else ranges.push({ from, to, all });
  });
  return ranges;
}

/** The share of all entries that is there, 0 to 1. Not 1 unless every cell is full. */
export function shareOf(cells: Uint8Array, length: number): number {
  if (length === 0 || cells.length === 0) return 0;
  let sum = 0;
  cells.forEach((share, cell) => {
    const [from, to] = bounds(cell, cells.length, length);
    sum += ((to - from) * share) / ALL;
  });
  return Math.min(1, sum / length);
}

/** A share in whole percent; never 100 for less than all, never 0 for more than nothing. */
export function percent(share: number): string {
  const whole = share >= 1 ? 100 : share <= 0 ? 0 : Math.min(99, Math.max(1, Math.round(share * 100)));
  return `${number(whole)}\u00a0%`;
}

/** Ranges as text: "0–99, 200–255". The last index is told, not the one after it. */
export function rangesText(ranges: readonly Range[], some: string, more: (n: number) => string): string {
  const told = ranges.slice(0, RANGES_MAX).map(({ from, to, all }) => {
    const text = to - from === 1 ? number(from) : `${number(from)}–${number(to - 1)}`;
    return all ? text : `${text} (${some})`;
  });
  if (ranges.length > RANGES_MAX) told.push(more(ranges.length - RANGES_MAX));
  return told.join(", ");
}

/** The entries of one cell. */
function bounds(cell: number, cells: number, length: number): [number, number] {
  return [Math.floor((cell * length) / cells), Math.floor(((cell + 1) * length) / cells)];
}

function heightOf(share: number | undefined): number {
  if (!share) return 0;
  return share === ALL ? HEIGHT : 2 + Math.round((6 * share) / ALL);
}
