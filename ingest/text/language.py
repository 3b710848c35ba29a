"""What is known of a language: one file for each, ``languages/<code>.toml``.

To add a language: a file named by its code, as the dump's header has it. All parts are optional,
and ``like = "ar"`` takes what is not said from another file. Each part is read where it is used:

- ``[writing]`` ``right_to_left``: true where it is written so.
- ``[dates]`` ``months``: the twelve, as a date has them. ``pattern``: a date from {day}, {month}
  and {year}.
- ``[search]`` (``index/keywords/language.py``) ``stop_words``: what carries no matter in a
  question, in lower case; beside a Snowball list (``stemmer``, see there) only words that ask.
  ``stop_words_in_pieces``: they need not stand alone. ``own_letters``: marked letters that nobody
  leaves the mark off: å is no kind of a. ``spelling``: names of rules in
  ``index/keywords/spelling.py``. ``vowel_signs``: its script writes them, and they are no letters.
  ``written_out``: names in full with the short ones that mean them, acronyms without points;
  ``only_in_capitals``: those of them that are other words in small letters. A language with such
  names has letters with points joined to words, too: "J. R. R.". ``variants``: words that it spells
  in two ways, by what is exchanged, old and new ("our or"); as ``other`` in pairs: gaol/jail.
- ``[sentences]`` (``sentences.py``) ``abbreviations``: behind which no point ends a sentence, in
  lower case, their own points inside: z.B. ``before_numbers``: what is one before a number only:
  "art. 5". ``ordinals``: where these have a point, their most digits before a capital, 2 or 3.
  ``stops``: beside . ! and ?.
- ``[questions]`` (``service/reading/words.py``), all of it or nothing, in lower case but for its
  English ``name`` (``service/asking/asked_language.py``) ``expected``:
  the type of answer, by the words a question asks with; the longest that fits counts. ``numbers``:
  number words with their values, ``scales``: those that multiply what stands before them.
  ``stop_words``: what says nothing by itself, beside those of ``[search]``. ``negations``: what
  turns a sentence round. ``qualifiers``: without which what follows says something else ("former
  capital", "may be"). ``now``: what asks how things are at present; ``offices``: what somebody
  holds at present, asked for with "who is". ``pronouns``, ``possessives``, ``lead_ins``: what makes
  a question lean on the one before it. ``articles``, ``placed``, ``authors``: what stands before a
  thing, a place, an author. ``months``: words and signs of dates, if not those of ``[dates]``.
  May be left out: ``contrasts``: what begins what is set against the rest ("while");
  ``alternatives``: "or"; ``approximate``: what stands before numbers that are not exact; ``times``:
  what makes a number a ratio; ``several``: verbs that agree with several things; ``plural``:
  endings of nouns that mean several, ``singular``: those of others that end alike; ``greater``,
  ``smaller``: comparatives of quantities; ``measures``: by what a number measures (count, time,
  share, or a dimension of ``units.py``) the words that ask for it, ``attributes``: the nouns that
  name it ("height"); ``durations``: units of time, ``eras``: "BC"; ``births``, ``deaths``: what
  tells of these; ``irregular``: forms that no stemmer brings together, the one they are compared by
  first: fall/fell/fallen.
  ``spaced``: false where words stand together.
- ``[references]`` (``service/asking/references.py``), by what a question refers back beside
  pronouns, in lower case. ``agreement``: pronouns for a ``man``, a ``woman``, a ``thing`` and
  ``several``. ``definite``: articles and the like before a noun that is known;
  ``demonstratives``: those that point. ``copulas``, ``auxiliaries``, ``prepositions``;
  ``clauses``: what begins a clause inside another; ``joiners``: "and"; ``restricting``: what says
  behind a noun which one it is.
  ``existential``: "there" in "is there", and ``placed_there``: the preposition for "there" as a
  place. ``impersonal``: what stands behind an "it" that means nothing, ``weather``: the same before
  a place, ``spans``: the two prepositions of a distance. ``proforms``: "the older *one*".
  ``distinguishing``: what picks one of several; ``periods``: "at that *time*". ``owner_mark``: what
  makes a name an owner. ``interjections``: "yes". ``verbal_endings``: endings of words behind the
  noun of a definition.
- ``[present]`` (``service/asking/as_of.py``), by what a question asks how things are at present.
  ``as_of``: the line that names the {date} of a dump. ``phrases``: "so far"; ``adjectives``: what
  says so before a noun only; ``copulas``, ``past``, ``perfect``: forms of verbs; ``indefinite``:
  articles of things in general; ``holding``: what holders of offices do; ``ages``: what asks how
  old somebody is; ``changing``: numbers and states that change, ``doing``: verbs at the end that
  do; ``counting``: "how many"; ``groups``: what changes its members; ``made``: things that set
  records, ``superlatives``: their endings or words; ``records``: "has won the *most*".
  ``joins_words``: offices stand at the end of longer words.
- ``[notes]`` (``service/asking/notes.py``), all or nothing: what stands at the beginning of a
  refusal (``no_answer``, or ``no_answer_of_several`` collections), what was ``searched`` for
  ({queries}, each a ``query`` in its quotation marks) and the ``nearest`` {pages}; in which
  {languages} all here is ``written_in``, where the question is not; why an answer breaks off:
  ``length``, ``repetition``.
- ``[declining]`` (``service/asking/declining.py``), all or nothing: how a model says that the
  sources do not hold the answer. ``say``: what it is told to say. ``sentences``: regular
  expressions of whole sentences, ``before``: of what may stand before them; their lines are joined,
  ``{rest}`` is anything that sets nothing against it, as ``contrasts`` would, and other names in
  braces are ``parts``, each of which may hold those before it.
- ``[personal]`` (``service/asking/outside_question.py``), by what a question speaks of its asker,
  in lower case. ``speaker``: "I", "our"; ``owners``: those of them before a noun; ``relations``:
  what people are to one another, ``mine``: "a friend of *mine*", ``behind_relations``: what in
  small letters behind one is no name; ``titles``: what stands before a family's name;
  ``names_itself``:
  what stands before the asker's own name or employer, ``places_itself``: the same before their
  places; ``being``: "is", "called"; ``asking``: what a question begins with;
  ``wishing``: behind what it may begin ("I want to *know*"); ``reasons``: what begins a clause that
  says why it is asked; ``relative``: what begins a clause behind a noun; ``someone``: what is said
  instead of a name.
- ``[titles]`` (``sources/mediawiki/templates/local_names.py``) ``disambiguation``: what stands in
  brackets at the end of the title of a page that only lists what a name may mean, in lower case.
- ``[countries]`` (``sources/mediawiki/templates/country_codes.py``) ``names``: what it calls each
  country, behind its code of ISO 3166, as Unicode's CLDR has it; countries are parted by bars and
  lines.
- ``[templates]`` (``sources/mediawiki/templates/local_names.py``), names in lower case:
  ``infobox``: beginnings or endings ("* x") of the names of infoboxes. ``disambiguation``: what
  marks such a page. ``silent``: templates without a fact of their own: references, notices,
  navigation; ``silent_prefixes``: beginnings of such names. ``file``: local names of the file
  namespace that a dump's header does not list. ``image_options``: words in [[File:…|…]] that are
  no caption. ``names``: local name = name of the renderer (see ``registry.py``).
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

__all__ = ["is_right_to_left", "language_part", "listed_languages"]

_FILES: Traversable = files("pinakes.ingest.text") / "languages"

Part = Mapping[str, Any]


def language_part(language: str, part: str) -> Part:
    """What the file of ``language`` says in this part; empty where there is no file or part.

    A code may be followed by region, script or variant (``zh-hant``), which make no difference
    unless they have a file of their own.
    """
    code = language.lower().replace("_", "-")
    return (_parts(code) or _parts(code.partition("-")[0])).get(part, {})


def is_right_to_left(language: str) -> bool:
    """Whether texts in this language run from right to left."""
    return bool(language_part(language, "writing").get("right_to_left"))


def listed_languages() -> list[str]:
    """The codes of all languages that have a file, sorted."""
    names = (file.name for file in _FILES.iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


@cache
def _parts(code: str) -> Mapping[str, Part]:
    """The parts of a file, with what it takes from the language it is like."""
    file = _FILES / f"{code}.toml"
    if not (code.replace("-", "").isalnum() and file.is_file()):
        return {}
    said = tomllib.loads(file.read_text(encoding="utf-8"))
    other = _parts(said.pop("like")) if "like" in said else {}
    return {part: {**other.get(part, {}), **said.get(part, {})} for part in sorted({*other, *said})}
