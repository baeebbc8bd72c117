// The quotation marks of a language, with their spaces (CLDR, delimiters; spaces as French typography asks).

const MARKS = {
  ar: "“”", bg: "„“", cs: "„“", da: "“”", de: "„“", "de-CH": "«»", el: "«»", es: "«»", et: "„“", fa: "«»", fi: "””", fr: "«\u00a0\u00a0»",
  "fr-CA": "«\u00a0\u00a0»", "fr-CH": "«\u202f\u202f»", he: "”“", hr: "„“", hu: "„”", it: "«»", ja: "「」", lt: "„“", nb: "«»", nl: "‘’", nn: "«»",
  no: "«»", pl: "„”", pt: "“”", "pt-PT": "«»", ro: "„”", ru: "«»", sk: "„“", sl: "„“", sr: "„“", sv: "””", uk: "«»", "zh-Hant": "「」", "zh-TW": "「」",
};

/** [opening, closing] for a locale; what the table does not know writes “these”. */
export function quotes(tag) {
  const marks = MARKS[tag] ?? MARKS[tag.split("-").slice(0, 2).join("-")] ?? MARKS[tag.split("-")[0]] ?? "“”";
  return [marks.slice(0, marks.length / 2), marks.slice(marks.length / 2)];
}
