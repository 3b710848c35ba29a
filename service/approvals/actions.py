"""What can be proposed: a closed list of commands of ``pinakes``, and the form of each.

A proposal is read as words, never by a shell; every word is checked, and what comes out has one
form, whatever form it came in. Knows nothing of who proposes.
"""

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from pinakes.service.approvals.argument_kinds import (
    VECTOR_SCOPES,
    collection,
    generation,
    nothing,
    only_vectors,
    token,
    vector_scope,
    whole_path,
)
from pinakes.service.approvals.spelling import spelled
from pinakes.service.errors import BadInput

__all__ = ["ACTIONS", "Action", "Meant", "meant_by", "read_action"]

_LONGEST = 4_000
_MOST_ARGUMENTS = 32
_SHORT = {"-c": "--collection"}
Kind = Callable[[str], str]
Options = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Meant:
    """An action as it would run: ``words`` of the command, and in a sentence what it would do.

    ``of``: the collection that has to be there for it, if one has.
    """

    words: tuple[str, ...]
    sentence: str
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A command that can be proposed: ``least`` to ``most`` arguments of one kind, and options.

    An option without a kind takes no value; ``--collection`` has to be named wherever it is an
    option. ``says`` makes the sentence, of words as they are shown, and raises BadInput where the
    action makes no sense. ``always`` is added to the command. ``changes``: a collection that has
    to be there, and is named by the option, or else first.
    """

    name: str
    form: str
    kind: Kind
    least: int
    most: int
    options: Mapping[str, Kind | None]
    says: Callable[[Sequence[str], Options], str]
    always: tuple[str, ...] = ()
    changes: bool = False


def meant_by(text: str) -> Meant:
    """What a proposal means. Raises BadInput for what is not on the list or does not fit."""
    if len(text) > _LONGEST:
        raise BadInput(f"a proposal has at most {_LONGEST:,} characters")
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise BadInput(f"the words cannot be told apart: {str(error).lower()}") from None
    return read_action(words)


def read_action(words: Sequence[str]) -> Meant:
    """The same of words that are told apart already; canonical ones are given back unchanged."""
    rest = list(words[1:] if words[:1] == ["pinakes"] else words)
    for action in ACTIONS:
        name = action.name.split()
        if rest[: len(name)] == name:
            arguments, options = _sorted_out(action, rest[len(name) :])
            sentence = action.says(
                [spelled(one) for one in arguments],
                {key: spelled(value) for key, value in options.items()},
            )
            of = options.get("--collection") or arguments[0] if action.changes else None
            return Meant(_canonical(action, arguments, options), sentence, of)
    names = [action.name for action in ACTIONS]
    near = get_close_matches(" ".join(rest[:2]), names, 1) or get_close_matches(
        " ".join(rest[:1]), names, 1
    )
    meant = f"did you mean {near[0]}? What can be: " if near else "what can be: "
    raise BadInput(f"{' '.join(rest[:2])[:60]!r} cannot be proposed; {meant}{', '.join(names)}")


def _sorted_out(action: Action, words: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """Arguments and options, each checked. Raises BadInput."""
    arguments: list[str] = []
    options: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            arguments.append(action.kind(word))
            continue
        written, equals, value = word.partition("=")
        option = _SHORT.get(written, written)
        if option in action.always and not equals:
            continue
        if option not in action.options:
            raise BadInput(f"no option {written[:40]!r} can be proposed: {action.form}")
        if option in options:
            raise BadInput(f"{option} is named twice")
        kind = action.options[option]
        if kind is None and equals:
            raise BadInput(f"{option} takes no value")
        options[option] = kind(value if equals else next(rest, "")) if kind else ""
    if not action.least <= len(arguments) <= action.most or (
        "--collection" in action.options and "--collection" not in options
    ):
        raise BadInput(f"{len(arguments)} arguments and {_named(options)}; it is {action.form}")
    return arguments, options


def _canonical(action: Action, arguments: Sequence[str], options: Options) -> tuple[str, ...]:
    words = [*action.name.split(), *arguments]
    for option, kind in action.options.items():
        if option in options:
            words += [option, options[option]] if kind else [option]
    return (*words, *action.always)


def _named(options: Options) -> str:
    return " ".join(options) or "no options"


def _listed(words: Sequence[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def _build(dumps: Sequence[str], options: Options) -> str:
    vectors = VECTOR_SCOPES.get(options.get("--vectors", ""), "")
    return (
        f"Build the collection {options['--collection']} from {_listed(dumps)}{vectors}, and let "
        "it answer."
    )


def _update(dumps: Sequence[str], options: Options) -> str:
    below = options.get("--if-newer")
    if (below is None) == (not dumps):
        raise BadInput("name a dump, or a directory with --if-newer, not both")
    what = f"the newest dump below {below}, if it is newer," if below else _listed(dumps)
    more = [
        words
        for option, words in (
            ("--without-checksums", "though nothing vouches for its files"),
            ("--accept-vanished", "though pages may be missing from it"),
            ("--keep-vanished", "keeping pages that are missing from it"),
        )
        if option in options
    ]
    vectors = VECTOR_SCOPES.get(options.get("--vectors", ""), "")
    return (
        f"Take up {what} in the collection {options['--collection']}{vectors}"
        f"{''.join(f', {words}' for words in more)}, and let it answer."
    )


def _unpack(packs: Sequence[str], options: Options) -> str:
    without = ", without its vectors" if "--without" in options else ""
    return (
        f"Take up the pack {packs[0]} as the collection {options['--collection']}{without}, and "
        "let it answer."
    )


_IN = MappingProxyType({"--collection": collection})
ACTIONS = (
    Action(
        "build",
        "build DUMP... --collection NAME [--vectors all|leads|none]",
        whole_path,
        1,
        _MOST_ARGUMENTS,
        {**_IN, "--vectors": vector_scope},
        _build,
    ),
    Action(
        "update",
        "update DUMP... --collection NAME, or update --if-newer DIR --collection NAME "
        "[--vectors all|leads|none] [--without-checksums] [--accept-vanished] [--keep-vanished]",
        whole_path,
        0,
        _MOST_ARGUMENTS,
        {
            **_IN,
            "--if-newer": whole_path,
            "--vectors": vector_scope,
            "--without-checksums": None,
            "--accept-vanished": None,
            "--keep-vanished": None,
        },
        _update,
        changes=True,
    ),
    Action(
        "unpack",
        "unpack DIR --collection NAME [--without vectors]",
        whole_path,
        1,
        1,
        {**_IN, "--without": only_vectors},
        _unpack,
    ),
    Action(
        "rollback",
        "rollback --collection NAME",
        nothing,
        0,
        0,
        _IN,
        lambda _none, options: (
            f"Let the generation of {options['--collection']} from before the present one answer "
            "again."
        ),
        changes=True,
    ),
    Action(
        "generations use",
        "generations use GENERATION --collection NAME",
        generation,
        1,
        1,
        _IN,
        lambda names, options: (
            f"Let the generation {names[0]} of {options['--collection']} answer from then on."
        ),
        changes=True,
    ),
    Action(
        "generations remove",
        "generations remove GENERATION... --collection NAME",
        generation,
        1,
        _MOST_ARGUMENTS,
        _IN,
        lambda names, options: (
            f"Remove {_listed(names)} of the generations of {options['--collection']}, for good."
        ),
        changes=True,
    ),
    Action(
        "collections rename",
        "collections rename COLLECTION NAME",
        collection,
        2,
        2,
        {},
        lambda names, _options: (
            f"Call the collection {names[0]} {names[1]}; addresses and ids of passages change."
        ),
        changes=True,
    ),
    Action(
        "collections remove",
        "collections remove COLLECTION",
        collection,
        1,
        1,
        {},
        lambda names, _options: (
            f"Remove the collection {names[0]} with all its generations, for good."
        ),
        always=("--yes",),
        changes=True,
    ),
    Action(
        "tokens revoke",
        "tokens revoke NAME",
        token,
        1,
        1,
        {},
        lambda names, _options: (
            f"Revoke the token {names[0]}; where it is the last one, whoever is on this machine "
            "gets in without."
        ),
    ),
)
