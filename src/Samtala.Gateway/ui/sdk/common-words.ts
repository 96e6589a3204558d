import { speaker, type Catalogue } from "./words.ts";

/** Words that every page needs. */
export const commonWords = {
  retry: ["Try again", "Försök igen"],
  loading: ["Loading…", "Hämtar…"],
  offline: ["The node does not answer.", "Noden svarar inte."],
  offlineWhy: [
    "It may be stopped, or the connection to it is broken.",
    "Den kan vara stoppad, eller så är förbindelsen till den bruten.",
  ],
  offlineRemedy: [
    "Check that the node is running (samtala start). This page comes back by itself.",
    "Kontrollera att noden är igång (samtala start). Sidan kommer tillbaka av sig själv.",
  ],
  failed: ["That did not work ({status}).", "Det gick inte ({status})."],
  stale: ["Shown as it was before the error.", "Visas som det var före felet."],
  code: ["Code", "Kod"],
  copy: ["Copy", "Kopiera"],
  copied: ["Copied.", "Kopierat."],
  notCopied: [
    "The browser does not allow copying here. Select the text instead.",
    "Webbläsaren tillåter inte kopiering här. Markera texten i stället.",
  ],
  cancel: ["Cancel", "Avbryt"],
  close: ["Close", "Stäng"],
  undo: ["Undo", "Ångra"],
  more: ["Show more", "Visa fler"],
  live: ["Live", "Direkt"],
  connecting: ["Connecting…", "Ansluter…"],
  lost: ["Connection lost, trying again…", "Förbindelsen bruten, försöker igen…"],
  ended: ["Ended", "Avslutad"],
} as const satisfies Catalogue;

/** Says a word of this catalogue in the language of the moment. */
export const common = speaker(commonWords);
