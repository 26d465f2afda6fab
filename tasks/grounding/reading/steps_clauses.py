"""The steps of reading that build clauses: verbs, denials, “there is”, “and”, relative clauses."""

from typing import Final

from tasks.grounding.reading.clauses import Attached, Clause
from tasks.grounding.reading.grammar import words
from tasks.grounding.reading.linking import Linker
from tasks.grounding.reading.quantities import exactly
from tasks.grounding.reading.tokens import Token

_TOLD: Final = 4  # tokens in which a verb of telling follows: “must also be noted”
_SHOWN: Final = 5  # tokens in which a verb of seeing follows: “allows the viewer to see”
_NEEDED: Final = frozenset({"need", "needs"})
_UNREAD: Final = frozenset({"word", "hypothetical"})  # “no ship that would carry …”
_SEEKING: Final = frozenset({"look", "looks"})
_NOBODY: Final = frozenset({"none", "no", "none of the", "not one"})
_VERBS: Final = frozenset({"verb", "seen", "not"})


def verb(linker: Linker, at: int, token: Token) -> None:
    """Note the verb; one at the very beginning makes it a question."""
    clause = linker.clause
    if not clause.before and not clause.nouns and linker.asked:
        clause.is_question = True
    clause.verb = token.value
    if clause.before == "" and at + 1 < len(linker.tokens) and token.words in {"has", "have"}:
        clause.exists = True


def there(linker: Linker, at: int, token: Token) -> None:
    """Note “there is”: what follows is said to be there."""
    clause = linker.clause
    if token.words.startswith("here") and clause.before in {"noun", "shows"}:
        clause.verb = "is"  # “the largest object that you see here is …”
        return
    clause.exists = True
    if token.words.endswith("n't"):
        clause.negated = True
    if clause.before not in {"", "comma"}:
        clause.subjects = []


def shows(linker: Linker, at: int, token: Token) -> None:
    """Take “the picture shows”, “one can see”; “the plane has” says something of the plane."""
    clause = linker.clause
    if not clause.subjects or clause.before == "picture":
        by_what = token.words.endswith((" by", " with"))  # “the left is filled by …”, among others
        clause.exists, clause.subjects = clause.before != "noun" and not by_what, []
        clause.verb = token.value
    elif clause.subjects[-1].thing.foreign and clause.before == "noun":
        clause.exists = linker.is_usual_place(clause.subjects[-1].thing.head)
        clause.subjects = []
    elif token.words in {"has", "have", "with"} and _is_new_thing(linker, at + 1):
        clause.subjects, clause.verb = [], "has"
    else:
        clause.verb = token.value


def _is_new_thing(linker: Linker, at: int) -> bool:
    """Say whether a phrase with a class begins about ``at``: “A has B to its left”."""
    ahead = linker.head_after(at, 2)
    return ahead is not None and linker.heads[ahead].category is not None


def seen(linker: Linker, at: int, token: Token) -> None:
    """Note “can be seen”: the subjects are said to be there, or, denied, not to be."""
    clause = linker.clause
    clause.verb = "seen"
    for noun in clause.subjects:
        noun.exists = True
        if clause.negated and noun.thing.denied is None:
            noun.thing.denied = "not"
    if not clause.subjects and not clause.nouns:
        clause.exists = True
    clause.negated = False


def negation(linker: Linker, at: int, token: Token) -> None:
    """Note “not”; before “one” it denies what was asked for."""
    linker.clause.negated = True


def none(linker: Linker, at: int, token: Token) -> None:
    """Take “ships: none”, and “what it lacks is …”."""
    clause = linker.clause
    numbered = [noun for noun in clause.nouns if noun.aspect == "number"]
    if token.words == "zero" and numbered:
        zero = exactly(0, token.start, token.end)
        linker.attach(Attached("counted", token.start, token.end, quantity=zero), numbered[:1])
    elif clause.before == "colon" and clause.last is not None:
        deny(linker)
    elif linker.kind_after(at) == "verb":
        linker.denies_next = True
    elif token.words in {"neither", "nor"} and at + 1 not in linker.heads:
        clause.negated = True


def absent(linker: Linker, at: int, token: Token) -> None:
    """Take “are absent”, “there is no trace”; “there is none” says nothing of what follows."""
    denied = [n for n in linker.clause.subjects if n.thing.denied in _NOBODY]
    if denied and not linker.clause.negated:  # “none of the ships is missing”
        for noun in denied:
            noun.thing.denied, noun.thing.definite, noun.exists = None, True, True
        return
    named = linker.nouns or linker.head_after(at + 1, 2) is not None
    if named or not token.words.startswith("there"):
        deny(linker)


def deny(linker: Linker) -> None:
    """Deny what was named before; “not absent” leaves it."""
    clause = linker.clause
    named = clause.subjects or clause.whole or linker.nouns[-1:]
    if not named:
        linker.denies_next = True  # “conspicuous by its absence is …”
    for noun in named:
        if noun.thing.denied is None and not clause.negated:
            noun.thing.denied = "absent"
            noun.role = "subject"
    clause.negated = False


def hypothetical(linker: Linker, at: int, token: Token) -> None:
    """Note that what follows is thought of, not seen; a question may ask so."""
    if token.words == "for" and _is_topic(linker, at):
        linker.clause.opens_whole = True
        return
    if token.words in words("hedged") and _is_told(linker, at):
        linker.clause.verb = "is"
        return
    sought = token.words == "for" and linker.clause.verb in _SEEKING
    if token.words in words("modal") and (_is_seeing(linker, at + 1) or _is_telling(linker, at)):
        return
    if token.words in words("enabling") and any(
        _is_seeing(linker, ahead) for ahead in range(at + 1, at + _SHOWN)
    ):
        return  # “the resolution lets one recognise a ship”
    if token.words in _NEEDED and _next(linker, at).words in words("merely"):
        return  # “one need only look there to see a ship”
    named = token.words == "would" and linker.kind_after(at) == "verb" and _points(linker.clause)
    if linker.kind_after(at) != "measure" and not sought and not named:  # “stretches for 20 m”
        clause = linker.clause
        clause.passing = token.words in words("passing") and not (clause.subjects or clause.verb)
        clause.thought = not linker.asked


def comma(linker: Linker, at: int, token: Token) -> None:
    """End what was thought of in passing: “for those who look closely, a ship is visible”."""
    if linker.clause.passing:
        linker.clause.thought = linker.clause.passing = False


def _is_told(linker: Linker, at: int) -> bool:
    """Say whether “looks like” says what is there: “the object looks like a ship”, “what looks like …”."""
    if at and linker.tokens[at - 1].kind == "what":
        return True
    subjects, being = linker.clause.subjects, linker.tokens[at].words.endswith("to be")
    return bool(subjects) and (being or subjects[-1].thing.category is None)


def _is_seeing(linker: Linker, at: int) -> bool:
    """Say whether somebody sees or says what follows: “one would see”, “I would say”."""
    if at >= len(linker.tokens):
        return False
    token = linker.tokens[at]
    return token.kind == "seen" or token.words in words("observing") or token.words == "say"


def _is_telling(linker: Linker, at: int) -> bool:
    """Say whether what follows is told: “it should be noted that”, “let us note”, “I would call”."""
    verbs = words("telling")
    if linker.tokens[at].words == "would":
        verbs |= words("calling")
    return any(one.words in verbs for one in linker.tokens[at + 1 : at + _TOLD])


def _next(linker: Linker, at: int) -> Token:
    """Return the token after ``at``, or that one itself where it is the last."""
    return linker.tokens[min(at + 1, len(linker.tokens) - 1)]


def _is_topic(linker: Linker, at: int) -> bool:
    """Say whether “for the planes, …” begins."""
    ahead = linker.head_after(at + 1, 2)
    if linker.clause.before or ahead is None:
        return False
    if not linker.heads[ahead].definite and not linker.heads[ahead].plural:
        return False
    return linker.kind_after(linker.heads[ahead].head) == "comma"


def _points(clause: Clause) -> bool:
    """Say whether the subject is “that” or “it”: “that would be the one there” is told for certain."""
    return bool(clause.subjects) and clause.subjects[-1].thing.pronoun in {"that", "it", "this"}


def boundary(linker: Linker, at: int, token: Token) -> None:
    """Begin a new clause; what stands in one with “if” is thought of."""
    linker.begin()
    linker.clause.thought = linker.clause.passing = token.words == "if" and not linker.asked


def colon(linker: Linker, at: int, token: Token) -> None:
    """Begin a new clause, but for “ships: 5” and “lower right: a ship”."""
    clause = linker.clause
    if clause.last is not None and linker.is_listed:
        if clause.last.thing.extreme is not None:  # “the largest object: a ship”
            clause.verb = "is"
        return
    if clause.last is None and clause.fronted:
        return
    ahead = linker.heads.get(at + 1)
    if _is_most(clause) and ahead is not None and ahead.pronoun not in {"it", "this", "that"}:
        clause.verb = "is"  # “one ship is larger than all others: the one there”
        return
    linker.begin()


def _is_most(clause: Clause) -> bool:
    """Say whether one subject is said to be the most so of all."""
    if len(clause.subjects) != 1 or clause.subjects[0].thing.plural:
        return False
    return any(one.kind == "superlative" for one in clause.subjects[0].attached)


def conjunction(linker: Linker, at: int, token: Token) -> None:
    """Begin a new clause where a noun with a verb of its own follows, or “there is”."""
    clause, place = linker.clause, at + 1
    thing = linker.heads.get(place)
    after = thing.head + 1 if thing is not None else len(linker.tokens)
    verb_follows = after < len(linker.tokens) and linker.tokens[after].kind in _VERBS
    there_follows = place < len(linker.tokens) and linker.tokens[place].kind == "there"
    if there_follows or (verb_follows and clause.verb and clause.subjects):
        linker.begin()


def having(linker: Linker, at: int, token: Token) -> None:
    """Begin with a new subject where one follows: “with two cars next to it”."""
    ahead = linker.head_after(at + 1, 4)
    if ahead is not None and linker.heads[ahead].category is not None:
        linker.open_pending()
        clause = linker.clause
        clause.subjects, clause.fronted, clause.last = [], [], None
        clause.exists = True


def relative(linker: Linker, at: int, token: Token) -> None:
    """Make the last phrase the subject: “a ship that lies there”."""
    clause, last = linker.clause, linker.clause.last
    clause.exists = clause.exists and not clause.cleft
    if last is not None and last.role == "nominal":
        clause.relative = True  # “is the object that …”
        return
    if last is None or last.role != "subject":
        return
    if last.thing.denied is not None and linker.kind_after(at) in _UNREAD:
        linker.attach(Attached("open", token.start, token.end), [last])
    if clause.before == "noun" and linker.kind_after(at) != "of":
        clause.subjects, clause.exists, clause.relative = [last], False, not clause.cleft


def pointing(linker: Linker, at: int, token: Token) -> None:
    """Take “that” behind a phrase: “a ship that lies there”."""
    if token.words == "that":
        relative(linker, at, token)


def other(linker: Linker, at: int, token: Token) -> None:
    """Leave open what “other” narrows down where it stands in no phrase."""
    if linker.clause.before == "noun":
        linker.say(Attached("open", token.start, token.end))
