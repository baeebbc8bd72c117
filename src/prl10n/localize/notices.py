"""What a page says whose text a machine wrote and nobody has read yet.

Regulation (EU) 2024/1689 (AI Act), article 50(4): who publishes text that an AI system generated, to inform the public
on matters of public interest, discloses it, unless a person has reviewed it and somebody answers for it. The sentences
hold for a page of which a part was reviewed.
"""

from __future__ import annotations

from prl10n.localize.languages import language

_SENTENCES = {
    "de": "Diese Seite enthält maschinell übersetzten Text, der noch nicht geprüft wurde.",
    "en": "This page contains machine-translated text that has not been reviewed yet.",
    "es": "Esta página contiene texto traducido automáticamente que aún no ha sido revisado.",
    "fr": "Cette page contient du texte traduit automatiquement qui n’a pas encore été relu.",
    "it": "Questa pagina contiene testo tradotto automaticamente che non è ancora stato rivisto.",
    "nl": "Deze pagina bevat automatisch vertaalde tekst die nog niet is nagekeken.",
    "pt": "Esta página contém texto traduzido automaticamente que ainda não foi revisto.",
    "pt-BR": "Esta página contém texto traduzido automaticamente que ainda não foi revisado.",
}


def notice(tag: str) -> str:
    """The sentence in the language of a BCP 47 tag; empty where there is none."""
    own = {known.lower(): sentence for known, sentence in _SENTENCES.items()}
    return own.get(tag.lower()) or own.get(language(tag), "")
