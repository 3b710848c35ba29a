"""Who does what to whom: whether two texts of the same words give them to each other's parts.

Pure functions, over the words and clauses of claims. Knows nothing of verdicts.
"""

from collections.abc import Collection, Iterable
from itertools import pairwise

from pinakes.service.reading.claims import Claim, Word

__all__ = ["swaps_agent", "swaps_clauses", "swaps_names"]

# A single word in another clause is chance.
_LEAST_CROSSED = 2
# "influenced Rushdie", "influenced by Rushdie".
_NEXT = 2


def swaps_names(claim: Claim, text: Claim, names: Collection[str]) -> bool:
    """Whether two names stand on each other's side of the words between them.

    "Plato was a student of Aristotle", of whom the text says "Aristotle was a student of Plato".
    The passive turns them round ("by"), and so does an owner ("Australia's capital is Canberra").
    What stands behind a "by" that is not between them is not looked at.
    """
    places = [place for place, word in enumerate(claim.words) if word.form in names]
    for number, first in enumerate(places):
        if _has_agent(claim.words[: first + 1]):
            break
        for second in places[number + 1 :]:
            between = claim.words[first + 1 : second]
            if any(word.form in names for word in between):
                break
            if between and _swapped(claim.words[first], between, claim.words[second], text):
                return True
    return False


def swaps_agent(claim: Claim, text: Claim, names: Collection[str]) -> bool:
    """Whether a name has something done to it in one of both, and does it in the other.

    "She was influenced by Rushdie", of whom the text says "She influenced Rushdie".
    """
    for done, named in pairwise(claim.words):
        if named.form not in names or done.is_name or named.at - done.at > _NEXT:
            continue
        found = [
            _has_agent(text.words[first + 1 : last + 1])
            for low, high in pairwise(sorted({0, *text.clauses, len(text.words)}))
            for first, verb in enumerate(text.words[low:high], low)
            if verb.form == done.form
            for last, word in enumerate(text.words[first + 1 : high], first + 1)
            if word.form == named.form and (named.is_agent or word.at - verb.at <= _NEXT)
        ]
        if found and named.is_agent not in found:
            return True
    return False


def swaps_clauses(claim: Claim, text: Claim) -> bool:
    """Whether two clauses say of their subjects what the text says of the other's.

    "A has long snouts, while B has wide ones." The first word of a clause is its subject.
    """
    ours, theirs = claim.parts(claim.clauses), text.parts(text.clauses)
    for number, one in enumerate(ours):
        for other in ours[number + 1 :]:
            first, second = one.words[0].form, other.words[0].form
            here = [part.forms for part in theirs if first in part.forms - {second}]
            there = [part.forms for part in theirs if second in part.forms - {first}]
            own, others = one.forms - other.forms, other.forms - one.forms
            straight, crossed = 0, 0
            for part in here:
                if second not in part:
                    straight += len(part & own - {first})
                    crossed += len(part & others - {second})
            for part in there:
                if first not in part:
                    straight += len(part & others - {second})
                    crossed += len(part & own - {first})
            if crossed > straight and crossed >= _LEAST_CROSSED:
                return True
    return False


def _has_agent(words: Iterable[Word]) -> bool:
    return any(word.is_agent for word in words)


def _swapped(first: Word, between: Collection[Word], second: Word, text: Claim) -> bool:
    """Whether ``text`` has the same words between the two, and gives them the other way round.

    Not if it gives them this way round, too.
    """
    forms = {word.form for word in between}
    firsts = [place for place, word in enumerate(text.words) if word.form == first.form]
    seconds = [place for place, word in enumerate(text.words) if word.form == second.form]
    is_passive = _has_agent((*between, second))
    is_owned = first.is_owner
    turned = False
    for one in firsts:
        for other in seconds:
            low, high = min(one, other), max(one, other)
            if not forms <= {word.form for word in text.words[low + 1 : high]}:
                continue
            if _has_agent(text.words[: low + 1]):
                return False
            is_reversed = other < one
            by = _has_agent(text.words[low + 1 : high + 1])
            same_voice = by == is_passive
            same_owner = text.words[low].is_owner == is_owned
            if is_reversed == same_voice and (same_owner or not is_reversed):
                turned = True
            else:
                return False
    return turned
