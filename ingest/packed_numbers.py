"""Numbers as bytes, small ones in one (LEB128), as layouts keep them.

Format: DWARF 5, 7.6. Knows nothing of what the numbers mean.
"""

from collections.abc import Sequence

__all__ = ["NumberReader", "packed_numbers", "packed_words", "unzigzag", "zigzag"]


def packed_numbers(numbers: Sequence[int]) -> bytes:
    """Numbers from 0 on as bytes."""
    out = bytearray()
    for number in numbers:
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)
    return bytes(out)


def packed_words(words: str) -> bytes:
    """Words as bytes, after how many these are."""
    encoded = words.encode()
    return packed_numbers((len(encoded),)) + encoded


def zigzag(number: int) -> int:
    """A number of any sign as one from 0 on, small ones small."""
    return number << 1 if number >= 0 else (-number << 1) - 1


def unzigzag(number: int) -> int:
    """The number that ``zigzag`` was given."""
    return -(number + 1 >> 1) if number & 1 else number >> 1


class NumberReader:
    """Numbers and words from bytes, until there are no more; IndexError beyond."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self._at >= len(self._content)

    def number(self) -> int:
        """The next number."""
        value = shift = 0
        while True:
            byte = self._content[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def raw(self, length: int) -> bytes:
        """So many bytes."""
        self._at += length
        if self._at > len(self._content):
            raise IndexError
        return self._content[self._at - length : self._at]

    def words(self) -> str:
        """The next words. Raises UnicodeDecodeError."""
        return self.raw(self.number()).decode()
