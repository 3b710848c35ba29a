"""``pinakes search``, ``ask`` and ``show``: questions put to a collection."""

from functools import partial
from typing import Annotated, get_args

import typer

from pinakes.service.cli.options import (
    AnswerModeOption,
    AskedOption,
    BackendOption,
    CollectionOption,
    DataOption,
    JsonOption,
    ModeOption,
    StrictOption,
    command_settings,
    one_of,
    open_asked,
    open_wiki,
    print_json,
    tell_of_no_model,
)
from pinakes.service.problems import AMBIGUOUS
from pinakes.service.types import AnswerMode

__all__ = ["ask", "search", "show"]

_MEANINGS = 8


def search(
    query: Annotated[str, typer.Argument(help="Words or a question.")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="Number of passages.")] = 10,
    mode: ModeOption = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Say of each passage why it is there: places, scores, matches."
        ),
    ] = False,
    data: DataOption = None,
    collection: AskedOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find passages, in several collections if need be."""
    from pinakes.service.pages_by_name import meanings_found
    from pinakes.service.privacy import keep_nothing_asked
    from pinakes.service.terminal.console import err, out, print_coverage, print_searched
    from pinakes.service.terminal.hit_report import print_explained, print_hits, print_meanings
    from pinakes.service.tools.glance import fits
    from pinakes.service.views.search_views import search_view

    keep_nothing_asked()
    settings = command_settings(data, None, mode)
    with open_asked(settings, collection or ()) as wiki:
        hits, federation = wiki.search(query, k), wiki.federation
        is_fitting = bool(hits) and fits(federation, query, settings.search.mode)
        if as_json:
            view = search_view(federation, query, settings.search.mode, hits)
            print_json(view.model_dump(mode="json") | {"fits": is_fitting})
            return
        print_meanings(query, meanings_found(federation, query, hits, _MEANINGS))
        is_several = len(federation.indexes) > 1
        if not hits:
            err.print("Nothing found; try other words, or fewer.")
        elif not is_fitting:
            out.print("Nothing here fits: it is probably not in here. What comes nearest:")
        if explain and hits:
            print_explained(hits, federation.explain(query, hits), told=is_several)
        else:
            print_hits(hits, told=is_several)
        if is_several:
            print_searched(federation.names)
        if settings.search.mode != "keyword":
            print_coverage(federation.coverage, wiki.lacking_vectors, is_building=wiki.is_building)


def ask(
    question: Annotated[str, typer.Argument(help="A question in plain words.")],
    mode: AnswerModeOption = "answer",
    strict: StrictOption = None,
    require_citation: Annotated[
        bool, typer.Option("--require-citation", help="Exit with 1 if nothing is cited.")
    ] = False,
    show_withheld: Annotated[
        bool,
        typer.Option(
            "--show-withheld", help="Also say what was withheld, which is no part of the answer."
        ),
    ] = False,
    generator: BackendOption = None,
    data: DataOption = None,
    collection: AskedOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from the collections, with sources."""
    from pinakes.service.privacy import keep_nothing_asked
    from pinakes.service.terminal.answer_report import print_answer, shown_answer
    from pinakes.service.terminal.console import err
    from pinakes.service.views.answer_views import answer_view

    keep_nothing_asked()
    settings = command_settings(data, None, backend=generator)
    chosen: AnswerMode = one_of("--mode", mode, get_args(AnswerMode))
    with open_asked(settings, collection or ()) as wiki:
        wiki.federation.checked(question)
        if chosen != "quote":
            tell_of_no_model(wiki.generator, settings)
        show = partial(shown_answer, quiet=as_json)
        answer = wiki.ask(question, mode=chosen, strict=strict, show=show)
        if as_json:
            view = answer_view(answer, with_withheld=show_withheld)
            print_json(view.model_dump(mode="json"))
        else:
            print_answer(
                answer,
                wiki.lacking_vectors,
                is_building=wiki.is_building,
                show_withheld=show_withheld,
            )
    if require_citation and not answer.grounded:
        err.print("pinakes: the answer carries no resolved citation", style="red")
        raise typer.Exit(1)


def show(
    title: Annotated[str, typer.Argument(help="A title, or a redirect's.")],
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print an article, the likeliest of a name. Exits with 3 if none of several is likelier."""
    from pinakes.service.errors import Ambiguous
    from pinakes.service.pages_by_name import meanings
    from pinakes.service.terminal.console import err, print_page
    from pinakes.service.terminal.hit_report import print_meanings
    from pinakes.service.views.page_views import page_view

    with open_wiki(command_settings(data, collection, "keyword")) as wiki:
        try:
            page = wiki.page(title)
        except Ambiguous as error:
            print_meanings(title, error.meanings, err, others=False)
            raise
        meant = meanings(wiki.index, title, page.page_id, _MEANINGS)
        if as_json:
            print_json(page_view(page, wiki.manifest, meant).model_dump(mode="json"))
        else:
            print_page(page)
            print_meanings(title, meant, err)
    if page.is_disambiguation:
        err.print(f"pinakes: {page.title!r} may mean several pages; it lists them", markup=False)
        raise typer.Exit(AMBIGUOUS)
