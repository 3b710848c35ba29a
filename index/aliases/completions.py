"""What to suggest for beginnings that very many aliases share, found out in one pass over all.

A Suggest Tree kept on disk: a trie whose nodes hold the best of what lies below them, but only
nodes with many aliases; of the others the aliases themselves are read. Pure; memory grows with
the length of an alias and not with their number.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pinakes.index.aliases.kinds import KINDS, SUGGESTED

__all__ = ["MOST_ALIASES", "MOST_SUGGESTIONS", "AliasRow", "Completion", "common_completions"]

# A beginning of more aliases than this is answered from here.
MOST_ALIASES = 400
MOST_SUGGESTIONS = 50

# Key, kind, weight, page id and name, as the store keeps them.
AliasRow = tuple[str, int, int, int, str]
# Page id, and the redirect that begins so; empty where it is the title that does.
Completion = tuple[int, str]

_SUGGESTED = frozenset(KINDS.index(kind) for kind in SUGGESTED)
_LATER = KINDS.index("later")
# What aliases are ordered by: whole ones first, then popular pages, titles, short ones.
_Candidate = tuple[bool, int, int, int, str, int, str]


@dataclass(slots=True)
class _Node:
    """A beginning of ``depth`` letters, how many aliases have it, and the best of them."""

    depth: int
    count: int = 0
    best: list[_Candidate] = field(default_factory=list)

    def take(self, count: int, candidates: list[_Candidate]) -> None:
        self.count += count
        self.best += candidates
        if len(self.best) > 4 * MOST_SUGGESTIONS:
            self.best = _best(self.best)


def common_completions(
    rows: Iterable[AliasRow], most_aliases: int = MOST_ALIASES
) -> Iterator[tuple[str, list[Completion]]]:
    """Every beginning of more than ``most_aliases`` of the aliases, with its 50 best pages.

    ``rows`` are sorted by key, in the order of code points.
    """
    open_nodes: list[_Node] = []
    before = ""
    for key, kind, weight, page_id, name in rows:
        if key != before or not open_nodes:
            shared = _shared_length(before, key)
            yield from _close(open_nodes, before, shared, most_aliases)
            open_nodes.append(_Node(len(key)))
            before = key
        candidate = (kind == _LATER, -weight, kind, len(key), key, page_id, name)
        open_nodes[-1].take(1, [candidate] if kind in _SUGGESTED else [])
    yield from _close(open_nodes, before, 0, most_aliases)


def _close(
    open_nodes: list[_Node], key: str, depth: int, most_aliases: int
) -> Iterator[tuple[str, list[Completion]]]:
    """Close nodes deeper than ``depth``, all on the way to ``key``; each joins the one above."""
    while open_nodes and open_nodes[-1].depth > depth:
        node = open_nodes.pop()
        above = max(depth, open_nodes[-1].depth if open_nodes else 0)
        if node.count > most_aliases:
            node.best = _best(node.best)
            completions = [(page_id, name) for *_, page_id, name in node.best]
            for length in range(above + 1, node.depth + 1):
                yield key[:length], completions
        if not open_nodes or open_nodes[-1].depth < above:
            open_nodes.append(_Node(above))
        open_nodes[-1].take(node.count, node.best)


def _best(candidates: list[_Candidate]) -> list[_Candidate]:
    """The best candidate of each of the 50 best pages."""
    best: dict[int, _Candidate] = {}
    for candidate in sorted(candidates):
        best.setdefault(candidate[5], candidate)
        if len(best) == MOST_SUGGESTIONS:
            break
    return list(best.values())


def _shared_length(first: str, other: str) -> int:
    length = 0
    for left, right in zip(first, other, strict=False):
        if left != right:
            break
        length += 1
    return length
