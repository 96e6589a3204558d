import { speaker, type Catalogue } from "../../sdk/words.ts";

/** Every word of the pages of logs, in English and Swedish. */
export const words = {
  // List
  logs: ["Logs", "Loggar"],
  whatIsALog: ["No logs yet", "Inga loggar än"],
  whatIsALogText: [
    "A log is a list of entries that only grows, signed by the one who writes it. "
      + "Whoever knows its key can follow it and check every entry.",
    "En logg är en lista med poster som bara växer, signerad av den som skriver den. "
      + "Den som känner till nyckeln kan följa den och kontrollera varje post.",
  ],
  create: ["New log", "Ny logg"],
  follow: ["Follow a log", "Följ en logg"],
  openLog: ["Log: {name}", "Logg: {name}"],
  own: ["Own", "Egen"],
  followed: ["Followed", "Följd"],
  shared: ["Shared", "Delad"],
  encrypted: ["Encrypted", "Krypterad"],
  frozen: ["Frozen", "Fryst"],
  entries: ["{n} entry|{n} entries", "{n} post|{n} poster"],
  allHere: ["All here", "Allt finns här"],
  noEntries: ["Empty", "Tom"],
  firstNotHere: ["The first entry is not here", "Den första posten finns inte här"],
  hereWithoutGap: ["The first {n} of {length} are here", "De första {n} av {length} finns här"],
  connected: ["{n} node connected|{n} nodes connected", "{n} nod ansluten|{n} noder anslutna"],
  unknownLog: ["This node has no such log", "Noden har ingen sådan logg"],
  unknownLogText: [
    "It may have been deleted, or the address is wrong. Follow it to get it.",
    "Den kan ha raderats, eller så är adressen fel. Följ den för att få den.",
  ],
  showLogs: ["Show all logs", "Visa alla loggar"],

  // Making and following
  createTitle: ["New log", "Ny logg"],
  createIt: ["Create", "Skapa"],
  label: ["Name", "Namn"],
  labelHint: [
    "Letters a to z, digits, and - . _ ; at most 63. It cannot be changed later.",
    "Bokstäver a till z, siffror samt - . _ ; högst 63. Det kan inte ändras senare.",
  ],
  sharedCheck: ["Let whoever knows its key fetch it", "Låt den som känner till nyckeln hämta den"],
  sharedHint: ["You can change this at any time.", "Du kan ändra det när som helst."],
  encryptedCheck: ["Encrypt the entries", "Kryptera posterna"],
  encryptedHint: [
    "Others can then keep and pass on the log without reading it. This cannot be changed later.",
    "Andra kan då spara och skicka vidare loggen utan att läsa den. Det kan inte ändras senare.",
  ],
  created: ["{name} is ready.", "{name} är klar."],
  followTitle: ["Follow a log", "Följ en logg"],
  followIt: ["Follow", "Följ"],
  key: ["Key", "Nyckel"],
  keyHint: ["You get it from the one who writes the log.", "Du får den av den som skriver loggen."],
  keyWrong: [
    "A key is 52 letters and digits, or 64 hexadecimal digits.",
    "En nyckel är 52 bokstäver och siffror, eller 64 hexadecimala siffror.",
  ],
  addresses: ["Where nodes that have it answer", "Var noder som har den svarar"],
  addressesHint: [
    "HOST:PORT, such as 192.0.2.7:7651; several with spaces between.",
    "VÄRD:PORT, till exempel 192.0.2.7:7651; flera med mellanslag emellan.",
  ],
  addressesWrong: ["{what} is not HOST:PORT.", "{what} är inte VÄRD:PORT."],
  labelOptional: ["What to call it here (may be empty)", "Vad den ska heta här (kan vara tomt)"],
  downloadAll: ["Fetch every entry as it appears", "Hämta varje post när den kommer"],
  downloadAllHint: [
    "Otherwise entries are fetched when they are asked for.",
    "Annars hämtas poster när någon frågar efter dem.",
  ],
  secret: ["Key to encrypted entries (may be empty)", "Nyckel till krypterade poster (kan vara tomt)"],
  secretWrong: ["It is 64 hexadecimal digits.", "Den är 64 hexadecimala siffror."],
  follows: ["{name} is followed from now on.", "{name} följs från och med nu."],

  // One log
  length: ["Length", "Längd"],
  lengthBelow: ["entries", "poster"],
  size: ["Size", "Storlek"],
  sizeBelow: ["all entries together", "alla poster tillsammans"],
  here: ["Here", "Här"],
  hereBelow: ["first {n} without a gap", "de första {n} utan lucka"],
  fork: ["Cut back", "Avkortad"],
  forkBelow: ["time|times", "gång|gånger"],
  announced: ["Announced as", "Annonseras som"],
  about: ["About", "Om"],
  writes: ["Written by", "Skrivs av"],
  thisNode: ["This node", "Den här noden"],
  anotherNode: ["Another node", "En annan nod"],
  contents: ["Entries", "Poster"],
  contentsPlain: ["readable by whoever gets the log", "läsbara för den som får loggen"],
  contentsEncrypted: ["encrypted; this node has the key", "krypterade; den här noden har nyckeln"],

  // Sharing
  sharing: ["Sharing", "Delning"],
  share: ["Share this log", "Dela loggen"],
  sharedOn: [
    "Whoever knows the key can fetch this log from your node, and pass it on.",
    "Den som känner till nyckeln kan hämta loggen från din nod, och skicka den vidare.",
  ],
  sharedOff: ["Nobody can fetch this log from your node.", "Ingen kan hämta loggen från din nod."],
  sharedEncrypted: [
    "Its entries are encrypted: without their key nobody can read them.",
    "Posterna är krypterade: utan nyckeln till dem kan ingen läsa dem.",
  ],
  nowShared: ["{name} is shared.", "{name} delas."],
  noLongerShared: [
    "{name} is no longer shared. Those who fetched it keep what they have.",
    "{name} delas inte längre. De som hämtat den behåller det de har.",
  ],

  // Who has what
  holders: ["Who has what", "Vem har vad"],
  holdersHint: [
    "From the first entry to the newest. Full height: all of them are there; lower: some; nothing: none.",
    "Från första posten till den nyaste. Full höjd: alla finns; lägre: några; inget: inga.",
  ],
  holdersNone: ["No other node is connected for this log.", "Ingen annan nod är ansluten för den här loggen."],
  who: ["Who", "Vem"],
  has: ["Has", "Har"],
  which: ["Which entries", "Vilka poster"],
  received: ["Received", "Mottaget"],
  sent: ["Sent", "Skickat"],
  roundTrip: ["Answer time", "Svarstid"],
  traffic: ["{received} received, {sent} sent", "{received} mottaget, {sent} skickat"],
  milliseconds: ["{n} ms", "{n} ms"],
  some: ["some", "några"],
  none: ["none", "inga"],
  andMore: ["and {n} more", "och {n} till"],

  // Where it is followed from
  sources: ["Followed from", "Följs från"],
  sourcesNone: [
    "No address is known. Follow the log again with one to get what is new.",
    "Ingen adress är känd. Följ loggen igen med en adress för att få det som är nytt.",
  ],
  answers: ["Answers", "Svarar"],
  silent: ["Does not answer", "Svarar inte"],
  fetchesAll: ["Every entry is fetched as it appears.", "Varje post hämtas när den kommer."],
  fetchesAsked: ["Entries are fetched when they are asked for.", "Poster hämtas när någon frågar efter dem."],

  // Verification
  intact: ["Is it intact?", "Är den hel?"],
  check: ["Verify all entries", "Kontrollera alla poster"],
  checking: ["{n} of {length} entries checked, {bytes}", "{n} av {length} poster kontrollerade, {bytes}"],
  stop: ["Stop", "Avbryt"],
  checkFine: [
    "All is right: {n} entry ({bytes}) leads to the signature."
      + "|All is right: {n} entries ({bytes}) lead to the signature.",
    "Allt stämmer: {n} post ({bytes}) leder till signaturen."
      + "|Allt stämmer: {n} poster ({bytes}) leder till signaturen.",
  ],
  checkAbsent: [
    "{n} entry is not here and was not checked.|{n} entries are not here and were not checked.",
    "{n} post finns inte här och kontrollerades inte.|{n} poster finns inte här och kontrollerades inte.",
  ],
  checkDamaged: ["{n} entry is damaged|{n} entries are damaged", "{n} post är skadad|{n} poster är skadade"],
  checkDamagedText: [
    "Number {list}. Damaged entries are no longer given out, and are fetched again if another node has them.",
    "Nummer {list}. Skadade poster lämnas inte längre ut, och hämtas igen om en annan nod har dem.",
  ],
  checkSignature: ["The signature does not fit the entries", "Signaturen passar inte posterna"],
  checkSignatureText: [
    "What is stored here was changed or is damaged. Restore a backup, or delete the log and follow it anew.",
    "Det som är sparat här har ändrats eller är skadat. "
      + "Återställ en säkerhetskopia, eller radera loggen och följ den på nytt.",
  ],
  checkUnfinished: ["The check ended before it was done.", "Kontrollen slutade innan den var klar."],
  checkEmpty: ["There is nothing to check yet.", "Det finns inget att kontrollera än."],

  // Entries
  newest: ["Entries", "Poster"],
  range: ["{from}–{to} of {n}", "{from}–{to} av {n}"],
  older: ["Older", "Äldre"],
  newer: ["Newer", "Nyare"],
  toNewest: ["To the newest", "Till den nyaste"],
  newEntries: ["{n} new entry|{n} new entries", "{n} ny post|{n} nya poster"],
  logEmpty: ["Nothing has been written yet.", "Inget har skrivits än."],
  entry: ["Entry {index}", "Post {index}"],
  emptyEntry: ["empty", "tom"],
  notHere: ["Not here", "Finns inte här"],
  notRead: ["Not shown, because it is long", "Visas inte, eftersom den är lång"],
  fetch: ["Fetch", "Hämta"],
  fetchShown: ["Fetch these", "Hämta dessa"],
  show: ["Show", "Visa"],
  saveAs: ["Save as a file", "Spara som fil"],
  cutHere: ["Only the beginning is shown.", "Bara början visas."],

  // Appending
  append: ["Append", "Lägg till"],
  appendTitle: ["Append an entry", "Lägg till en post"],
  appendText: ["Text", "Text"],
  appendFile: ["Append a file…", "Lägg till en fil…"],
  appended: ["Entry {index} is written.", "Post {index} är skriven."],
  tooLong: ["{name} is too long.", "{name} är för lång."],
  tooLongWhy: ["It has {size}; an entry has at most {most}.", "Den är {size}; en post är högst {most}."],
  tooLongRemedy: ["Split it, or keep it as a file.", "Dela upp den, eller spara den som fil."],

  // What cannot be undone
  danger: ["What cannot be undone", "Det som inte kan ångras"],
  clear: ["Clear entries", "Rensa poster"],
  clearText: [
    "Gives their space back. Their fingerprints stay, so they can be fetched again, if another node has them.",
    "Ger tillbaka platsen. Fingeravtrycken finns kvar, så posterna kan hämtas igen, om en annan nod har dem.",
  ],
  clearTitle: ["Clear entries of {name}", "Rensa poster i {name}"],
  clearFrom: ["From entry", "Från post"],
  clearTo: ["Up to and with entry", "Till och med post"],
  cleared: ["{n} entry is cleared.|{n} entries are cleared.", "{n} post är rensad.|{n} poster är rensade."],
  truncate: ["Cut back", "Korta av"],
  truncateText: [
    "Takes the newest entries away, here and at everybody who follows.",
    "Tar bort de nyaste posterna, här och hos alla som följer.",
  ],
  truncateTitle: ["Cut {name} back", "Korta av {name}"],
  truncateTo: ["How many entries stay", "Hur många poster som blir kvar"],
  truncated: [
    "{name} has {n} entry now.|{name} has {n} entries now.", "{name} har nu {n} post.|{name} har nu {n} poster.",
  ],
  remove: ["Delete", "Radera"],
  removeOwn: [
    "Deletes all entries here. The log can never be continued, only read from those who have it.",
    "Raderar alla poster här. Loggen kan aldrig fortsättas, bara läsas hos dem som har den.",
  ],
  removeFollowed: [
    "Stops following, and deletes what was fetched.",
    "Slutar följa, och raderar det som har hämtats.",
  ],
  removeTitle: ["Delete {name}?", "Radera {name}?"],
  removed: ["{name} is deleted.", "{name} är raderad."],
  typeToConfirm: ["Type {word} to confirm.", "Skriv {word} för att bekräfta."],

  // Not known to be the newest
  unconfirmed: ["Waiting", "Väntar"],
  unconfirmedTitle: ["There may be newer entries elsewhere", "Det kan finnas nyare poster någon annanstans"],
  unconfirmedText: [
    "The data folder was copied or restored, or the machine lost power, and this log was shared. "
      + "If somebody has entries that are missing here, going on would contradict them, "
      + "and everybody would have to freeze the log.",
    "Datamappen har kopierats eller återställts, eller datorn förlorade strömmen, och loggen var delad. "
      + "Om någon har poster som saknas här skulle en fortsättning motsäga dem, "
      + "och alla skulle behöva frysa loggen.",
  ],
  confirm: ["Go on writing", "Skriv vidare"],
  confirmTitle: ["Is {name} complete?", "Är {name} komplett?"],
  confirmText: [
    "Go on only if you are sure that nobody has newer entries than the {n} here.",
    "Fortsätt bara om du är säker på att ingen har nyare poster än de {n} som finns här.",
  ],
  confirmed: ["{name} can be written again.", "{name} kan skrivas igen."],

  // Frozen
  frozenTitle: ["This log is frozen", "Loggen är fryst"],
  frozenText: [
    "Its writer signed two different versions of the same length. "
      + "What is here stays as it is; nothing is added, because nobody can tell which version is right.",
    "Den som skriver loggen har signerat två olika versioner av samma längd. "
      + "Det som finns här står kvar; inget läggs till, eftersom ingen kan avgöra vilken version som är rätt.",
  ],
  frozenRemedy: [
    "Ask the writer to start a new log, and show them the two proofs.",
    "Be den som skriver att börja på en ny logg, och visa dem de två bevisen.",
  ],
  proof: ["Proof {n}", "Bevis {n}"],
} as const satisfies Catalogue;

/** Says a word of this catalogue in the language of the moment. */
export const say = speaker(words);
