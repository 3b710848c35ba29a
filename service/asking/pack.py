"""The roomiest prompt that fits the model's budget, by the model's own tokenizer."""

from collections.abc import Iterator
from dataclasses import dataclass

from pinakes.index.retrieval.neighbours import widen
from pinakes.index.types import Hit
from pinakes.service.asking.draft import Draft
from pinakes.service.asking.prompt import SourceText, build_prompt
from pinakes.service.errors import GeneratorFailed
from pinakes.service.generators.generator import Generator
from pinakes.service.reading.reader import AnsweringSentence
from pinakes.service.settings import GeneratorSettings
from pinakes.service.types import Message

__all__ = ["Packed", "pack"]

_WHOLE_PASSAGES = (6, 5, 4, 3)
# Four sentences hold the answer for 84 of 100 questions whose passages hold it for 89; a small
# model does worse with more.
_SENTENCES, _SENTENCES_SMALL = (12, 9, 6, 4, 3, 2, 1), (4, 3, 2, 1)
_PROMPT_TOKENS_EMBEDDED, _PROMPT_TOKENS_SERVER = 500, 3_000


@dataclass(frozen=True, slots=True)
class Packed:
    """A prompt, its length in the model's tokens, and the passages in it in order."""

    messages: list[Message]
    tokens: int
    hits: tuple[Hit, ...]


async def pack(generator: Generator, draft: Draft, settings: GeneratorSettings) -> Packed:
    """The most that fits: passages with their neighbours, passages, or the likeliest sentences.

    A small model is given sentences only. Raises GeneratorFailed where not even one fits.
    """
    info = await generator.describe()
    usual = _PROMPT_TOKENS_EMBEDDED if settings.url is None else _PROMPT_TOKENS_SERVER
    longest = info.context_tokens - settings.answer_tokens - settings.thinking_tokens
    room = min(settings.prompt_tokens or usual, longest)
    tried = None
    for chosen, sources in _ways(draft, small=info.small):
        prompt = build_prompt(draft.question, sources, draft.request.mode, small=info.small)
        tried = Packed(prompt, await generator.count_tokens(prompt), tuple(chosen))
        if tried.tokens <= room:
            return tried
    if tried is not None and tried.tokens <= longest:
        return tried
    raise GeneratorFailed(
        f"the model's context of {info.context_tokens} tokens is too small for one passage and "
        "the answer; raise PINAKES_GENERATOR__CONTEXT_TOKENS or shorten the question"
    )


def _ways(draft: Draft, *, small: bool) -> Iterator[tuple[list[Hit], list[SourceText]]]:
    """Ways to show the sources, roomiest first."""
    hits = list(draft.hits)
    if not small:
        yield _whole(widen(draft.index.store, hits))
        for count in _WHOLE_PASSAGES:
            if count <= len(hits):
                yield _whole(hits[:count])
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


def _whole(hits: list[Hit]) -> tuple[list[Hit], list[SourceText]]:
    return hits, [_source(hit, hit.passage.text) for hit in hits]


def _source(hit: Hit, text: str) -> SourceText:
    return SourceText(" – ".join([hit.passage.title, *hit.passage.heading_path]), text)
