"""Ask a local Wikipedia dump, offline. Importing this keeps every library offline from then on.

    import pinakes

    with pinakes.open("enwiki") as wiki:
        for hit in wiki.search("who deciphered Linear B"):
            print(hit.score, hit.passage.title, hit.passage.text)
        print(wiki.ask("Who deciphered Linear B?").text)
        print(wiki.page("Linear B").text, wiki.suggest("linear"))

Everything else is imported when it is first used.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinakes.index.offline import go_offline

go_offline()

if TYPE_CHECKING:
    from pinakes.index.types import Mode
    from pinakes.service.collection import Collection
    from pinakes.service.settings import Backend

__all__ = ["Collection", "__version__", "open"]

__version__: str


def open(
    collection: str | None = None,
    *,
    data: str | Path | None = None,
    mode: "Mode | None" = None,
    generator: "Backend | None" = None,
) -> "Collection":
    """Open a collection of a data directory; what is not given is as the settings say.

    ``collection``: without one the default, or the only one there is. ``mode``: hybrid, keyword or
    vector; keyword loads no encoder. ``generator``: auto, llama-server, llama-cpp-python or none.
    Errors have ``pinakes.index.errors.CollectionError`` or ``pinakes.service.errors.ServiceError``
    as their base.
    """
    from pinakes.service.collection import open_collection

    return open_collection(collection, data=data, mode=mode, generator=generator)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("pinakes")
    if name == "Collection":
        from pinakes.service.collection import Collection

        return Collection
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
