"""From a question to an answer with citations: search, prompt, generate, cite.

Speaks in events, so that the command line and the service can show each as it comes.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from index.search import Index
from index.types import Hit, Mode
from ingest.passages import sentence_spans
from service.citations import cite, make_citation
from service.errors import GeneratorFailed
from service.generators.generator import Generator, Message
from service.prompt import build_prompt
from service.settings import GeneratorSettings
from service.types import Answer, Citation, Sentence

__all__ = ["AnswerEvent", "Done", "Sources", "Token", "answer_question"]

_HITS = 6
_QUOTED = 3
# Ways to fit the prompt into its budget, roomiest first: passages, and sentences of each.
_FITS: tuple[tuple[int, int | None], ...] = (
    (6, None), (4, None), (3, 4), (3, 3), (3, 2), (2, 2), (1, 2), (1, 1),
)  # fmt: skip
_PROMPT_TOKENS_EMBEDDED, _PROMPT_TOKENS_SERVER = 500, 3_000
NOTHING_FOUND = "Nothing in this collection matches the question."


@dataclass(frozen=True, slots=True)
class Sources:
    """The passages that the answer is written from, numbered as the model sees them."""

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the model's text as it comes, its marks not yet checked."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The finished answer; its text replaces the pieces that were streamed."""

    answer: Answer


AnswerEvent = Sources | Token | Done


async def answer_question(
    index: Index,
    generator: Generator | None,
    question: str,
    settings: GeneratorSettings,
    mode: Mode = "hybrid",
) -> AsyncGenerator[AnswerEvent, None]:
    """Sources, then tokens, then the answer. Without a generator: quotations, marked as such.

    Raises BadQuery for a question that cannot be searched for, and GeneratorError when the model
    does not do its part.
    """
    began = time.perf_counter()
    timings: dict[str, float] = {}
    hits = await asyncio.to_thread(index.search, question, _HITS, mode)
    timings["search_s"] = time.perf_counter() - began
    if not hits:
        yield Sources(())
        yield Done(_answer(index, question, NOTHING_FOUND, (), (), None, timings))
        return
    if generator is None:
        yield _quotations(index, question, hits[:_QUOTED], timings)
        return
    packed, prompt = await _pack(generator, question, hits, settings)
    citations = tuple(make_citation(n, hit, index.manifest) for n, hit in enumerate(packed, 1))
    yield Sources(citations)
    raw = ""
    async with aclosing(generator.stream(prompt, settings.answer_tokens)) as pieces:
        async for piece in pieces:
            timings.setdefault("first_token_s", time.perf_counter() - began)
            raw += piece
            yield Token(piece)
            if _repeats(raw):
                break
    timings["total_s"] = time.perf_counter() - began
    if not raw.strip():
        raise GeneratorFailed("the model ended without a word; ask again, or use --no-model")
    sources = {citation.number: _searchable(citation) for citation in citations}
    cited = cite(_finished(raw), sources)
    if not cited.text:
        raise GeneratorFailed("the model named sources but said nothing; ask again in other words")
    model = (await generator.describe()).name
    yield Done(
        _answer(index, question, cited.text, cited.sentences, citations, model, timings, packed)
    )


async def _pack(
    generator: Generator, question: str, hits: Sequence[Hit], settings: GeneratorSettings
) -> tuple[tuple[Hit, ...], list[Message]]:
    """The roomiest prompt that fits the budget, by the model's own tokenizer, and its hits."""
    info = await generator.describe()
    usual = _PROMPT_TOKENS_EMBEDDED if settings.url is None else _PROMPT_TOKENS_SERVER
    room = min(settings.prompt_tokens or usual, info.context_tokens - settings.answer_tokens)
    tokens = 0
    for count, sentences in _FITS:
        prompt = build_prompt(question, hits[:count], sentences)
        tokens = await generator.count_tokens(prompt)
        if tokens <= room:
            return tuple(hits[:count]), prompt
    if tokens <= info.context_tokens - settings.answer_tokens:
        return tuple(hits[:1]), prompt
    raise GeneratorFailed(
        f"the model's context of {info.context_tokens} tokens is too small for one passage and "
        "the answer; raise PINAKES_GENERATOR__CONTEXT_TOKENS or shorten the question"
    )


def _repeats(raw: str) -> bool:
    """Whether the last finished sentence has been said before: small models get caught in loops."""
    if raw.rstrip()[-1:] not in (".", "!", "?"):
        return False
    said = [raw[start:end].casefold() for start, end in sentence_spans(raw)]
    return len(said) > 1 and said[-1] in said[:-1]


def _finished(raw: str) -> str:
    """``raw`` without repetitions, echoed questions, and a last sentence that was cut off."""
    spans = sentence_spans(raw)
    kept: list[str] = []
    for start, end in spans:
        sentence = raw[start:end]
        cut_off = end == len(raw.rstrip()) and sentence.rstrip()[-1:] not in ".!?]\"'”’)"
        repeated = sentence.casefold() in (one.casefold() for one in kept)
        if repeated or (cut_off and kept) or (sentence.endswith("?") and len(spans) > 1):
            continue
        kept.append(sentence)
    return " ".join(kept)


def _searchable(citation: Citation) -> str:
    return " ".join([citation.title, *citation.heading_path, citation.quote])


def _quotations(
    index: Index, question: str, hits: Sequence[Hit], timings: dict[str, float]
) -> Done:
    """The best passages word for word, each between quotation marks and cited."""
    citations = tuple(make_citation(n, hit, index.manifest) for n, hit in enumerate(hits, 1))
    text = ""
    sentences = []
    for citation in citations:
        start = len(text)
        text += f"“{citation.quote}” [{citation.number}]"
        sentences.append(Sentence(start, len(text), (citation.number,)))
        text += "\n\n"
    timings["total_s"] = timings["search_s"]
    return Done(
        _answer(
            index, question, text.strip(), tuple(sentences), citations, None, timings, tuple(hits)
        )
    )


def _answer(
    index: Index,
    question: str,
    text: str,
    sentences: tuple[Sentence, ...],
    citations: tuple[Citation, ...],
    model: str | None,
    timings: dict[str, float],
    hits: tuple[Hit, ...] = (),
) -> Answer:
    """The answer with only the citations that its sentences use."""
    used = {number for sentence in sentences for number in sentence.citations}
    return Answer(
        question=question,
        text=text,
        sentences=sentences,
        citations=tuple(citation for citation in citations if citation.number in used),
        hits=hits,
        grounded=bool(used),
        model=model,
        generation=index.manifest.generation,
        coverage=index.manifest.coverage,
        timings={name: round(seconds, 4) for name, seconds in timings.items()},
    )
