import { speaker, type Catalogue } from "@samtala/dashboard/sdk";

/** Every word of the registry's page, in English and Swedish. */
export const words = {
  title: ["Packages", "Paket"],
  subtitle: [
    "Packages come once from the upstream, are checked, and stay here.",
    "Paket hämtas en gång från källan, kontrolleras och stannar här.",
  ],
  requests: ["Requests", "Förfrågningar"],
  fromHere: ["Answered from here", "Besvarade härifrån"],
  served: ["Served", "Levererat"],
  fetched: ["Fetched", "Hämtat"],
  servedBelow: ["to clients", "till klienter"],
  fetchedBelow: ["from upstreams", "från källor"],
  refused: ["Refused", "Avvisade"],
  refusedBelow: ["tampered or broken files", "manipulerade eller trasiga filer"],
  refusedNone: ["nothing tampered seen", "inget manipulerat har setts"],

  upstream: ["Upstream", "Källa"],
  upstreamHost: ["Gets packages from", "Hämtar paket från"],
  noUpstream: ["nowhere: serves only what is here", "ingenstans: levererar bara det som finns här"],
  fromClient: ["as your own client is set", "som din egen klient är inställd"],
  useIt: ["Use it", "Använd den"],
  misses: ["Looked up", "Uppslagna"],
  upstreamRequests: ["Asked upstream", "Frågat källan"],
  upstreamFailures: ["Upstream failed", "Källfel"],
  change: ["Change", "Ändra"],
  changeTitle: ["Where does {name} get packages from?", "Varifrån hämtar {name} paket?"],
  optionClient: ["From my own client's settings", "Från min egen klients inställningar"],
  optionClientText: ["Read once, now.", "Läses en gång, nu."],
  optionUrl: ["From this address", "Från den här adressen"],
  optionNone: ["From nowhere", "Ingenstans ifrån"],
  optionNoneText: ["Only what is here already is served.", "Bara det som redan finns här levereras."],
  url: ["Address (http or https)", "Adress (http eller https)"],
  save: ["Save", "Spara"],
  saved: ["{name} has a new upstream.", "{name} har en ny källa."],
  retryAt: ["Tried again {time}.", "Nytt försök {time}."],
  UNKNOWN: ["Not asked yet", "Inte tillfrågad än"],
  REACHABLE: ["Answers", "Svarar"],
  UNREACHABLE: ["Does not answer", "Svarar inte"],
  NONE: ["No upstream", "Ingen källa"],
  UPSTREAM_STATE_UNSPECIFIED: ["Unknown", "Okänt"],

  downloads: ["Live downloads", "Nedladdningar just nu"],
  downloadsEmpty: ["Waiting for the first download", "Väntar på den första nedladdningen"],
  downloadsEmptyText: [
    "Downloads appear here as they happen.",
    "Nedladdningar visas här när de sker.",
  ],
  time: ["Time", "Tid"],
  what: ["What", "Vad"],
  size: ["Size", "Storlek"],
  source: ["From", "Från"],
  CACHE: ["here", "här"],
  MIRROR: ["mirror", "spegel"],
  unchanged: ["unchanged", "oförändrad"],
  failed: ["error {status}", "fel {status}"],

  packages: ["Packages here", "Paket här"],
  ecosystem: ["Kind", "Sort"],
  find: ["Name begins with", "Namnet börjar med"],
  packagesEmpty: ["No packages yet", "Inga paket än"],
  packagesEmptyText: [
    "They appear here once a client has asked for them.",
    "De visas här när en klient har frågat efter dem.",
  ],
  packagesNone: ["No package begins with “{prefix}”.", "Inget paket börjar med ”{prefix}”."],
  files: ["{n} file|{n} files", "{n} fil|{n} filer"],
  noFiles: ["document only", "bara dokument"],
  forget: ["Forget", "Glöm"],
  forgotten: ["{name} is forgotten; it is fetched again when asked for.",
    "{name} är glömt; det hämtas igen när någon frågar."],

  verify: ["Verify all files", "Kontrollera alla filer"],
  verifying: ["Verified {n} file, {bytes}…|Verified {n} files, {bytes}…",
    "Kontrollerat {n} fil, {bytes}…|Kontrollerat {n} filer, {bytes}…"],
  verified: ["{n} file verified, {bytes}. Nothing is damaged.|{n} files verified, {bytes}. Nothing is damaged.",
    "{n} fil kontrollerad, {bytes}. Inget är skadat.|{n} filer kontrollerade, {bytes}. Inget är skadat."],
  damaged: ["{n} file was damaged and is forgotten; it is fetched again when asked for.|" +
    "{n} files were damaged and are forgotten; they are fetched again when asked for.",
    "{n} fil var skadad och är glömd; den hämtas igen vid behov.|" +
    "{n} filer var skadade och är glömda; de hämtas igen vid behov."],
} as const satisfies Catalogue;

/** Says a word of this catalogue in the language of the moment. */
export const say = speaker(words);
