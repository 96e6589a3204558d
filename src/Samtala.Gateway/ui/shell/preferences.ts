import { setLanguage, type Language, type Theme } from "../sdk/index.ts";

/** A theme, or the system's own. */
export type ThemeChoice = Theme | "system";

const THEME = "samtala.theme";
const LANGUAGE = "samtala.language";
const systemDark = window.matchMedia("(prefers-color-scheme: dark)");

/** What this browser prefers: colours and language. Kept in local storage. */
export class Preferences extends EventTarget {
  constructor() {
    super();
    systemDark.addEventListener("change", () => this.dispatchEvent(new Event("change")));
    setLanguage(this.language);
  }

  get choice(): ThemeChoice {
    const value = read(THEME);
    return value === "light" || value === "dark" ? value : "system";
  }

  /** The colours that are shown. */
  get theme(): Theme {
    if (this.choice !== "system") return this.choice;
    return systemDark.matches ? "dark" : "light";
  }

  get language(): Language {
    const value = read(LANGUAGE);
    if (value === "en" || value === "sv") return value;
    return navigator.language.toLowerCase().startsWith("sv") ? "sv" : "en";
  }

  chooseTheme(choice: ThemeChoice): void {
    if (choice === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = choice;
    write(THEME, choice === "system" ? null : choice);
    this.dispatchEvent(new Event("change"));
  }

  chooseLanguage(language: Language): void {
    write(LANGUAGE, language);
    setLanguage(language);
    this.dispatchEvent(new Event("change"));
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Storage is forbidden: the choice holds until the tab is closed.
  }
}
