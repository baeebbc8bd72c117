"""What tells languages apart, by language subtag: the words that every text has, and pairs of equal words.

A check that needs to know a language keeps silent about one that is not here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

WORD = re.compile(r"[^\W\d_]+")

# The most frequent words that carry grammar (articles, pronouns, prepositions, conjunctions, auxiliaries), from the
# head of the frequency lists at https://en.wiktionary.org/wiki/Wiktionary:Frequency_lists.
COMMON: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        "the of and to in is that it for was on are as with his they at be this from have or by one had not but what "
        "all were when we there can an your which their said if do will each about how up out them then she many some "
        "so these would other into has more her like him see a i could no make than been its who now my over did only "
        "may you our me any where after most us should because very just also".split()
    ),
    "fr": frozenset(
        "le la les un une des du de et est en que qui dans pour pas au aux ce cette ces il elle ils elles nous vous "
        "ne se sur avec par plus son sa ses leur leurs mais ou où sont être avoir été fait comme tout tous toute même "
        "on si dont sans sous entre aussi bien peut était ont notre nos votre vos mon ma mes donc ainsi afin lorsque "
        "depuis chez très car cela après avant lui moins encore autre autres à a y quel quelle d l qu n c s j".split()
    ),
    "de": frozenset(
        "der die das und ist in den von zu mit sich des auf für nicht ein eine einen einem einer eines dem im es auch "
        "als an werden aus er hat dass sie nach wird bei um am sind noch wie über so zum war haben nur oder aber vor "
        "zur bis mehr durch man sein wurde wenn können hatte ihre ihrer ihren unter wir soll ich wo jedoch diese "
        "dieser dieses diesem diesen kann muss müssen sowie beim vom uns unsere kein keine".split()
    ),
    "es": frozenset(
        "el la los las un una unos unas de del al que en se por con para es no lo como más su sus pero este esta "
        "estos estas entre cuando muy sin sobre ser también hay desde todo todos toda todas ya fue han son está están "
        "hasta donde quien nos uno otro otros otra eso esto ese esa mi si porque puede cada tiene durante siempre a y "
        "o e u les le te".split()
    ),
    "it": frozenset(
        "il lo la gli le un uno una di del dello della dei degli delle al allo alla ai agli alle dal dalla dai dalle "
        "nel nella nei nelle sul sulla sui sulle che è e in per con non si da come più sono anche ma questo questa "
        "questi queste suo sua suoi sue o se può essere ha hanno stato quando dove tra fra ogni tutti tutte quello "
        "quella cui perché nostro nostra senza dopo prima molto ed a ad lei lui noi voi mi ti ci vi ne l d".split()
    ),
    "pt": frozenset(
        "o os as um uma uns umas de do da dos das em no na nos nas ao aos à às que e é se por com para não como mais "
        "seu sua seus suas mas este esta estes estas esse essa isso entre quando muito sem sobre ser também há desde "
        "todo todos toda todas já foi são está estão até onde quem ou pelo pela pelos pelas tem você nós porque pode "
        "cada nosso nossa foram a nem lhe me te".split()
    ),
    "nl": frozenset(
        "de het een en van in is dat op te met voor zijn niet aan er om ook als dan maar bij uit nog worden door naar "
        "heeft hebben tot over deze dit die zich was wordt kan kunnen meer ze hij we wij u uw je jouw onze ons geen "
        "moet moeten zal zullen wel al of hun haar werd waar wanneer omdat tussen zonder onder tegen veel".split()
    ),
}

# Cries and other sounds, which come twice in any language.
CRIES = frozenset("ha ah oh eh hé he hi ho hm hmm hum ja ay uh na non no ouais holà oje bla tic tac ok oui".split())

# Equal words that rightly stand side by side.
TWICE: Mapping[str, frozenset[str]] = {
    "en": frozenset("had that is do in on so very no bye her knock".split()),
    "fr": frozenset("nous vous faire très si bien en".split()),
    "de": frozenset("der die das den dem des sie ihr was wer ganz sehr in zu".split()),
    "es": frozenset("no si sí nos que muy casi poco hecho".split()),
    "it": frozenset(
        "si sì no via piano quasi appena poco ora subito passo mano man pian così molto ci li bene".split()
    ),
    "pt": frozenset("se nos quase já logo muito o a".split()),
    "nl": frozenset("die dat ze zij je u we het haar er in op was heel is aan over zich".split()),
}


def language(tag: str) -> str:
    """The language of a BCP 47 tag: `fr-CA` → `fr`."""
    return tag.partition("-")[0].lower()


@lru_cache(maxsize=64)
def telling(one: str, other: str) -> frozenset[str]:
    """The common words of a language that another one does not have."""
    return COMMON.get(one, frozenset()) - COMMON.get(other, frozenset())
