/** The languages there are words for. */
export type Language = "en" | "sv";

/** Each word or sentence in English and Swedish. "{n} file|{n} files" has a singular and a plural. */
export type Catalogue = Readonly<Record<string, readonly [english: string, swedish: string]>>;

/** The language now. */
export function language(): Language {
  return document.documentElement.lang === "sv" ? "sv" : "en";
}

/** The event on `window` that tells of a new language. */
export const LANGUAGE_CHANGED = "samtala-language";

/** Changes the language of every page that is shown. */
export function setLanguage(next: Language): void {
  document.documentElement.lang = next;
  window.dispatchEvent(new Event(LANGUAGE_CHANGED));
}

/** Gives a function that says a catalogue's words in the language of the moment. */
export function speaker<C extends Catalogue>(
  catalogue: C): (key: keyof C, values?: Record<string, string | number>) => string {
  return (key, values = {}) => {
    const entry = catalogue[key];
    if (!entry) return String(key);
    const text = entry[language() === "sv" ? 1 : 0];
    const forms = text.split("|");
    const chosen = forms.length === 2 && Number(values["n"]) !== 1 ? forms[1] : forms[0];
    return (chosen ?? text).replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === "number" ? number(value) : value;
    });
  };
}

/** A number with the language's own separators. */
export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: digits }).format(value);
}
