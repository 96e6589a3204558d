/** Stands in for the page's root element, which carries the language. */
const root = { lang: "en", dataset: {} };
Object.assign(globalThis, { document: { documentElement: root } });

/** Changes the language that words are said in. */
export function speak(language: "en" | "sv"): void {
  root.lang = language;
}
