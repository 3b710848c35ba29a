"""What an encoder is given of a passage, and the digest by which its vector is found again."""

from collections.abc import Sequence

import xxhash

__all__ = ["DIGEST_BYTES", "passage_digest", "passage_text"]

DIGEST_BYTES = 16


def passage_text(title: str, heading_path: Sequence[str], text: str) -> str:
    """What is embedded of a passage: where it stands, then what it says.

    Before it comes the encoder's own prefix for passages, which its record names.
    """
    return f"{' – '.join([title, *heading_path])}\n{text}"


def passage_digest(title: str, heading_path: Sequence[str], text: str) -> bytes:
    """XXH3 (128 bits) of ``passage_text``: with the same encoder, the same vector.

    Pages that the next dump's build takes over keep it: another form needs another FORMAT_VERSION.
    """
    embedded = passage_text(title, heading_path, text)
    return xxhash.xxh3_128_digest(embedded.encode("utf-8", "surrogatepass"))
