/** How much of an entry is shown on the page (bytes). */
const SHOWN_TEXT = 4096;
const SHOWN_HEX = 512;
/** How much of it is in its line (characters; bytes). */
const LINE_TEXT = 160;
const LINE_HEX = 16;
/** Invisible characters, and those that turn or hide text around them. Joiners are part of words and emoji. */
const UNPRINTABLE = /[^\P{C}\t\n\r\u200c\u200d]/u;

/** An entry for people. It is only ever shown as text. */
export interface Preview {
  readonly kind: "empty" | "text" | "hex";
  /** The beginning, in one line. */
  readonly line: string;
  /** As much as the page shows. */
  readonly text: string;
  /** Whether there is more than `text`. */
  readonly cut: boolean;
}

/** Makes text of UTF-8 that can be printed, hexadecimal digits of everything else. */
export function preview(data: Uint8Array): Preview {
  if (data.length === 0) return { kind: "empty", line: "", text: "", cut: false };
  const text = printable(data.subarray(0, SHOWN_TEXT), data.length > SHOWN_TEXT);
  if (text !== undefined) {
    const flat = text.replace(/\s+/g, " ").trim();
    const line = flat.length > LINE_TEXT ? `${[...flat].slice(0, LINE_TEXT - 1).join("")}…` : flat;
    return { kind: "text", line, text, cut: data.length > SHOWN_TEXT };
  }
  const more = data.length > LINE_HEX ? " …" : "";
  return {
    kind: "hex", line: hex(data.subarray(0, LINE_HEX)) + more, text: hex(data.subarray(0, SHOWN_HEX)),
    cut: data.length > SHOWN_HEX,
  };
}

/** Two digits for each byte, with spaces between. */
export function hex(data: Uint8Array): string {
  return Array.from(data, byte => byte.toString(16).padStart(2, "0")).join(" ");
}

/** Bytes as base64, in pieces, because a call takes only so many arguments. */
export function toBase64(data: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < data.length; i += 8192) binary += String.fromCharCode(...data.subarray(i, i + 8192));
  return btoa(binary);
}

/** The text, unless it is not UTF-8 or holds what cannot be printed. `cut`: the end may be amid a character. */
function printable(data: Uint8Array, cut: boolean): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data, { stream: cut });
    return UNPRINTABLE.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
