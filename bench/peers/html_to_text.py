"""HTML to text by another library, in the Python that has it: ``python html_to_text.py NAME FILE``.

``FILE``: JSON lines, each the HTML of a page. Prints as JSON the CPU seconds and the texts.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path


def _trafilatura() -> Callable[[str], str]:
    import trafilatura

    return lambda html: (
        trafilatura.extract(html, favor_recall=True, include_comments=False, include_tables=True)
        or ""
    )


def _beautifulsoup4() -> Callable[[str], str]:
    from bs4 import BeautifulSoup

    return lambda html: BeautifulSoup(html, "lxml").get_text("\n", strip=True)


def main() -> None:
    """Read, measure, print."""
    name, file = sys.argv[1:]
    text_of = {"trafilatura": _trafilatura, "beautifulsoup4": _beautifulsoup4}[name]()
    pages = [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()]
    text_of(pages[0])  # what is loaded at first use
    begun = time.process_time()
    texts = [text_of(page) for page in pages]
    print(json.dumps({"cpu_s": time.process_time() - begun, "texts": texts}))


if __name__ == "__main__":
    main()
