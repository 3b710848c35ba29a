"""How words of a language become search terms: tokens, stop words, stems.

Stemmers are tantivy's; languages without one are matched by lower-cased words, and scripts
written without spaces by single letters and pairs.
"""

__all__ = ["QUESTION_WORDS", "STEMMERS", "STOP_WORD_LISTS", "is_unspaced"]

STEMMERS = {
    "ar": "arabic", "da": "danish", "nl": "dutch", "en": "english", "simple": "english",
    "fi": "finnish", "fr": "french", "de": "german", "el": "greek", "hu": "hungarian",
    "it": "italian", "no": "norwegian", "nb": "norwegian", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "es": "spanish", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip

STOP_WORD_LISTS = {
    "da": "danish", "nl": "dutch", "fi": "finnish", "fr": "french", "de": "german",
    "hu": "hungarian", "it": "italian", "no": "norwegian", "nb": "norwegian", "pt": "portuguese",
    "ru": "russian", "es": "spanish", "sv": "swedish",
}  # fmt: skip

# English stop words, and the words that only make a question of it.
QUESTION_WORDS = frozenset(
    (
        "a", "about", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "being",
        "but", "by", "can", "could", "did", "do", "does", "for", "from", "had", "has", "have",
        "he", "her", "his", "how", "i", "if", "in", "into", "is", "it", "its", "many", "me", "much",
        "no", "not", "of", "on", "or", "s", "she", "should", "some", "such", "tell", "than", "that",
        "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "was",
        "we", "were", "what", "when", "where", "which", "who", "whom", "whose", "why", "will",
        "with", "would", "you", "your",
    )
)  # fmt: skip


def is_unspaced(language: str) -> bool:
    """Whether the language is written without spaces between words."""
    return language.split("-")[0] in {"zh", "ja", "yue", "wuu", "th", "lo", "km", "my", "gan"}
