"""The roomiest prompt that fits the model's budget, by the model's own tokenizer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pinakes.index.retrieval.federated import Federation
from pinakes.index.retrieval.neighbours import widen
from pinakes.index.types import Hit, PageKey
from pinakes.service.asking.asked_language import language_name
from pinakes.service.asking.declining import decline_in
from pinakes.service.asking.draft import Draft
from pinakes.service.asking.prompt import SourceText, build_prompt
from pinakes.service.asking.room import TokenRoom
from pinakes.service.asking.topics import lead_of
from pinakes.service.errors import GeneratorFailed
from pinakes.service.generators.generator import Generator, ModelInfo
from pinakes.service.reading.reader import AnsweringSentence
from pinakes.service.types import Message

__all__ = ["Packed", "pack"]


@dataclass(frozen=True, slots=True)
class _Roominess:
    """So many passages, the best of them with what stands around them, and leads of their pages."""

    passages: int
    widened: int = 0
    leads: bool = False


# What stands around the best passages answers more often than passages far behind do.
_ROOMIEST_FIRST = (
    _Roominess(12, 6, leads=True),
    _Roominess(12, 3, leads=True),
    _Roominess(10, 3, leads=True),
    _Roominess(8, 3, leads=True),
    _Roominess(8, 1, leads=True),
    _Roominess(8, 0, leads=True),
    *(_Roominess(count) for count in (8, 6, 5, 4, 3)),
)
# Four sentences hold the answer for 84 of 100 questions whose passages hold it for 89; a small
# model does worse with more.
_SENTENCES, _SENTENCES_SMALL = (12, 9, 6, 4, 3, 2, 1), (4, 3, 2, 1)
# By the tokens that the last prompt took for its letters, a longer one is not worth counting.
_SURELY_TOO_LONG = 1.15


@dataclass(frozen=True, slots=True)
class Packed:
    """A prompt, its length in the model's tokens, and the passages in it in order."""

    messages: list[Message]
    tokens: int
    hits: tuple[Hit, ...]


async def pack(generator: Generator, draft: Draft, info: ModelInfo, room: TokenRoom) -> Packed:
    """The most that fits: passages with their neighbours, passages, or the likeliest sentences.

    A small model is given sentences only. Raises GeneratorFailed where not even one fits.
    """
    language = language_name(draft.language)
    is_usual = language == language_name(draft.index.manifest.dump.language)
    tried = None
    tokens_per_letter = 0.0
    for chosen, sources in _ways(draft, small=info.small):
        prompt = build_prompt(
            draft.question,
            sources,
            draft.request.mode,
            small=info.small,
            history=draft.request.history,
            language=None if is_usual else language,
            decline=decline_in(draft.language),
        )
        letters = sum(len(message.content) for message in prompt)
        if letters * tokens_per_letter > room.prompt * _SURELY_TOO_LONG and len(chosen) > 1:
            continue
        tried = Packed(prompt, await generator.count_tokens(prompt), tuple(chosen))
        tokens_per_letter = tried.tokens / letters
        if tried.tokens <= room.prompt:
            return tried
    if tried is not None and tried.tokens <= room.longest:
        return tried
    raise GeneratorFailed(
        f"the model's context of {info.context_tokens} tokens is too small for one passage and "
        "the answer; raise PINAKES_GENERATOR__CONTEXT_TOKENS or shorten the question"
    )


def _ways(draft: Draft, *, small: bool) -> Iterator[tuple[list[Hit], list[SourceText]]]:
    """Ways to show the sources, roomiest first."""
    hits = list(draft.hits)
    if not small:
        several = [*hits, *draft.more][: _ROOMIEST_FIRST[0].passages]
        leads = {
            hit.page_key: lead_of(draft.federation.index_of(hit), hit)
            for hit in {hit.page_key: hit for hit in several}.values()
        }
        for way in _ROOMIEST_FIRST:
            if way.passages <= len(several) or way.leads:
                yield _whole(_shown(draft.federation, several[: way.passages], leads, way))
    for count in _SENTENCES_SMALL if small else _SENTENCES:
        by_hit: dict[int, list[AnsweringSentence]] = {}
        for sentence in draft.ranked[:count]:
            by_hit.setdefault(sentence.hit, []).append(sentence)
        chosen = [hits[number] for number in by_hit]
        texts = [
            " ".join(
                hit.passage.text[sentence.start : sentence.end]
                for sentence in sorted(found, key=lambda sentence: sentence.start)
            )
            for hit, found in zip(chosen, by_hit.values(), strict=True)
        ]
        if chosen:
            yield chosen, [_source(hit, text) for hit, text in zip(chosen, texts, strict=True)]
    if not draft.ranked:
        yield _whole(hits[:1])


def _shown(
    federation: Federation, hits: Sequence[Hit], leads: Mapping[PageKey, Hit], way: _Roominess
) -> list[Hit]:
    """The passages, the first ones with their neighbours, each page's lead before its first."""
    best = _widened(federation, hits[: way.widened])
    others = [hit for hit in hits[way.widened :] if not any(_holds(one, hit) for one in best)]
    shown = [*best, *others]
    if not way.leads:
        return shown
    with_leads: list[Hit] = []
    pages: set[PageKey] = set()
    for hit in shown:
        lead = leads[hit.page_key]
        if hit.page_key not in pages and not any(_holds(one, lead) for one in shown):
            with_leads.append(lead)
        pages.add(hit.page_key)
        with_leads.append(hit)
    return with_leads


def _widened(federation: Federation, hits: Sequence[Hit]) -> list[Hit]:
    """The passages with their neighbours, in the order of the first of each."""
    widened = [
        one
        for name in dict.fromkeys(hit.collection for hit in hits)
        for one in widen(
            federation.indexes[name].store, [hit for hit in hits if hit.collection == name]
        )
    ]
    return sorted(
        widened, key=lambda one: next(place for place, hit in enumerate(hits) if _holds(one, hit))
    )


def _holds(one: Hit, other: Hit) -> bool:
    """Whether one passage is part of the other."""
    return (
        one.page_key == other.page_key
        and one.passage.start <= other.passage.start
        and other.passage.end <= one.passage.end
    )


def _whole(hits: list[Hit]) -> tuple[list[Hit], list[SourceText]]:
    return hits, [_source(hit, hit.passage.text) for hit in hits]


def _source(hit: Hit, text: str) -> SourceText:
    return SourceText(" – ".join([hit.passage.title, *hit.passage.heading_path]), text)
