"""A model's thoughts taken out of its text while it comes, however it marks them.

Thoughts stand between marks of their own: ``<think>…</think>`` and its like, ``[THINK]…[/THINK]``,
``<|begin_of_thought|>``, the channels of gpt-oss; or between sentences that are always the same.
Where a model's template has opened them already, only their end is seen: all before it was thought.
Ordinary text may hold such marks as words ("the <think> tag"); they count where a sentence could
begin, and an end where one could end.

Pure, and the same however the text is cut into pieces. Knows nothing of sentences or sources.
"""

import regex

from pinakes.ingest.text.sentences import STOPS

__all__ = ["ReasoningFilter"]

_TAG = r"(?:seed:)?(?:think|thinking|thoughts?|reasoning)"
_OPENERS = {
    "tag": (rf"<{_TAG}>", rf"</{_TAG}>"),
    "bracket": (r"\[THINK\]", r"\[/THINK\]"),
    "triangle": (r"◁think▷", r"◁/think▷"),
    "thought": (r"<\|begin_of_thought\|>", r"<\|end_of_thought\|>"),
    "command": (r"<\|START_THINKING\|>", r"<\|END_THINKING\|>"),
    "inner": (r"<\|inner_prefix\|>", r"<\|inner_suffix\|>"),
    "gemma": (r"<\|channel>", r"<channel\|>"),
    "solar": (r"<\|think\|>", r"<\|end\|>"),
    # https://github.com/openai/harmony: every channel but "final" is none of the answer.
    "harmony": (
        r"<\|channel\|>(?P<channel>[^<]{1,60})(?:<\|constrain\|>[^<]{0,20})?<\|message\|>",
        r"<\|(?:end|call)\|>|<\|start\|>assistant|<\|channel\|>final[^<]{0,40}<\|message\|>",
    ),
}
_CLOSERS = {
    name: regex.compile(closer, regex.IGNORECASE) for name, (_, closer) in _OPENERS.items()
} | {
    "bare": regex.compile("assistantfinal"),
    "said": regex.compile(r"Here(?: is|'s) my response:", regex.IGNORECASE),
}
# Marks around an answer, and those that may stand in ordinary text.
_SILENT = (
    r"<\|(?:end|return|call)\|>|<\|start\|>assistant|<\|(?:begin|end)_of_solution\|>|"
    r"<\|(?:START|END)_(?:RESPONSE|TEXT)\|>|<\|begin\|>assistant|<\|content\|>"
)
_MARK = regex.compile(
    "|".join(f"(?P<{name}>{opener})" for name, (opener, _) in _OPENERS.items())
    + rf"|(?P<end></{_TAG}>|\[/THINK\]|◁/think▷|<\|end_of_thought\|>|<\|END_THINKING\|>|"
    rf"<\|inner_suffix\|>|<channel\|>)|(?P<silent>{_SILENT})|(?P<wrap></?(?:answer|response)>)",
    regex.IGNORECASE,
)
_FIRST_LETTERS = regex.compile(r"[<\[◁]")
# Prose speaks of other tags too; of these only at the beginning of an answer can be sure.
_SURE_INSIDE = regex.compile(r"<(?:seed:)?think>|\[THINK\]", regex.IGNORECASE)
# gpt-oss behind a server that leaves the marks out: "analysisWe need … assistantfinalIt was …".
_BARE = "analysis"
# Granite 3 thinks so: https://www.ibm.com/granite/docs/
_SAID = "Here is my thought process:"
_SPEAKS_OF = "\"'“‘(`«"


class ReasoningFilter:
    """Takes pieces of a model's text; gives what is meant for the reader."""

    def __init__(self, *, opened: bool = False) -> None:
        """``opened``: the model's template may have opened thoughts; all waits for their end."""
        self._raw = ""  # not read yet: what it is depends on what comes
        self._inside: str | None = None  # the kind of mark that opened the thoughts being read
        self._presumed = opened
        self._held: list[str] = []  # while thoughts are presumed
        self._behind = ""  # the last letter that was passed on,
        self._gap = ""  # and the space since
        self._begun = False
        self._named = False  # a mark that opens thoughts was passed on as a word
        self._wrapped = False
        self._has_thought = False
        self._passed: list[str] = []
        self._thoughts: list[str] = []  # that were not taken yet
        self.withdrawn = 0  # how often all that was passed on before has turned out to be thought

    @property
    def thinking(self) -> bool:
        """Whether what comes now is thought, or is taken for it."""
        return self._inside is not None or self._presumed

    def feed(self, piece: str) -> str:
        """What ``piece`` adds for the reader; ``withdrawn`` rises where it takes all else back."""
        self._raw += piece
        return self._read(at_end=False)

    def thoughts(self) -> str:
        """What has been taken out since this was asked last; not what ``withdrawn`` takes back."""
        taken, self._thoughts = "".join(self._thoughts), []
        return taken

    def kept_apart(self) -> str:
        """The server itself keeps thoughts apart: nothing is presumed any more; what was held."""
        held, self._held = "".join(self._held), []
        self._presumed = False
        return held

    def end(self, *, cut_off: bool = False) -> str:
        """What is left when the text has ended; ``cut_off``: the model had more to say."""
        rest = self._read(at_end=True)
        if self._presumed and not cut_off:
            rest = self.kept_apart() + rest
        self._thoughts += self._held
        return rest

    def _read(self, *, at_end: bool) -> str:
        while self._raw and self._step(at_end=at_end):
            pass
        passed, self._passed = "".join(self._passed), []
        return passed

    def _step(self, *, at_end: bool) -> bool:
        """Read on up to behind the next mark; False where more must come first."""
        if self._inside is not None:
            return self._skip(_CLOSERS[self._inside], at_end=at_end)
        if not self._begun and not self._begin(at_end=at_end):
            return False
        if self._inside is not None:
            return True
        place = 0
        while first := _FIRST_LETTERS.search(self._raw, place):
            found = _MARK.match(self._raw, first.start(), partial=True)
            if found is not None and (not found.partial or not at_end):
                self._pass(self._raw[: first.start()])
                self._raw = self._raw[first.start() :]
                if found.partial or self._may_end_a_line(found, at_end=at_end):
                    return False
                self._raw = self._raw[len(found[0]) :]
                self._take(found)
                return True
            place = first.end()
        self._pass(self._raw)
        self._raw = ""
        return False

    def _may_end_a_line(self, found: "regex.Match[str]", *, at_end: bool) -> bool:
        """Whether it matters what follows the end of thoughts, and nothing of it is there yet."""
        return bool(found["end"]) and len(found[0]) == len(self._raw) and not at_end

    def _begin(self, *, at_end: bool) -> bool:
        """Look at how the answer begins; False where too little of it is there."""
        bare = self._raw.lstrip()
        if not at_end and (not bare or _BARE.startswith(bare) or _SAID.startswith(bare)):
            return False
        self._begun = True
        if bare.startswith(_BARE) and bare[len(_BARE) : len(_BARE) + 1].isupper():
            self._inside, self._presumed = "bare", False
        if bare.startswith(_SAID):
            self._inside, self._presumed = "said", False
        return True

    def _skip(self, closer: "regex.Pattern[str]", *, at_end: bool) -> bool:
        """Drop thoughts up to behind their end."""
        found = closer.search(self._raw, partial=not at_end)
        self._thoughts.append(self._raw[: found.start()] if found else self._raw)
        if found is None or found.partial:
            self._raw = self._raw[found.start() :] if found else ""
            return False
        self._raw = self._raw[found.end() :]
        self._close()
        return True

    def _take(self, mark: "regex.Match[str]") -> None:
        """Do what the mark says, or pass it on as words."""
        kind, text = str(mark.lastgroup), mark[0]
        if kind == "channel":
            kind = "harmony"
        fresh = not self._behind
        starts = "\n" in self._gap or self._behind in (*STOPS, "]")
        if kind == "silent" or (kind == "harmony" and mark["channel"].startswith("final")):
            return
        if kind == "wrap":
            opens = fresh and self._has_thought and not text.startswith("</")
            if opens or (self._wrapped and text.startswith("</")):
                self._wrapped = opens
                return
        elif kind == "end":
            speaks_of = self._behind in _SPEAKS_OF or (self._gap and not starts)
            # Thoughts end in quotations, too; who speaks of the mark has named the other before.
            speaks_of = speaks_of and (self._named or not self._raw.startswith("\n"))
            if fresh or self._presumed or not speaks_of:
                self._close(withdraws=not fresh)
                return
        elif kind not in ("tag", "bracket") or fresh or (starts and _SURE_INSIDE.fullmatch(text)):
            self._pass(self.kept_apart())
            self._inside = kind
            return
        else:
            self._named = True
        self._pass(text)

    def _close(self, *, withdraws: bool = False) -> None:
        """Thoughts have ended here: the answer begins, or goes on."""
        if withdraws:
            self.withdrawn += not self._presumed
            self._thoughts += self._passed
            self._passed = []
            self._behind = ""
        self._thoughts += self._held
        self._held = []
        self._presumed, self._inside, self._has_thought = False, None, True
        self._gap = ""

    def _pass(self, text: str) -> None:
        if not text:
            return
        (self._held if self._presumed else self._passed).append(text)
        bare = text.rstrip()
        if bare:
            self._behind, self._gap = bare[-1], text[len(bare) :]
        else:
            self._gap += text
