"""From a sentence-transformers model to one that asks questions without PyTorch, and a check of it.

Pooling and normalization are part of the graph, whatever the model's own modules say: nothing here
knows them by name. What the graph, the tokenizer or a prefix should get wrong, the check finds.
"""

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pinakes.index.encoders.onnx_model import OnnxEncoder
from pinakes.index.errors import EncoderNotExportable
from pinakes.index.types import EncoderRecord, Vectors

__all__ = [
    "PROBES",
    "EncodePassages",
    "EncodeTexts",
    "check_questions",
    "export_model",
    "passage_cosine",
]

EncodePassages = Callable[[Sequence[str]], Vectors]
EncodeTexts = Callable[[str, Sequence[str]], Vectors]
_LEAST_COSINE = 0.999
_OPSET = 17
_MOST_TOKENS = 8192
# Of every length, script and shape that a question or a passage may have.
PROBES = (
    "",
    " ",
    "?",
    "42",
    "Papyrus",
    "who invented paper",
    "  Who   deciphered Linear B?  ",
    "WHAT IS THE CAPITAL OF SWITZERLAND?!",
    "AC/DC: who… wrote “Thunderstruck” (1990)? C++ && a|b \\ {x}",
    "3.14159 × 10⁻⁷ m² ≈ ½ °C; £5, €6; №7; H₂O; E = mc²",
    "Où se trouvait la bibliothèque d'Alexandrie\u00a0? Naïve façade, cœur, e\u0301te\u0301.",
    "Wer erfand die Donaudampfschifffahrtsgesellschaft und den Straßenverkehr?",
    "¿Quién escribió «Don Quijote de la Mancha»? ¡Señor!",
    "Где находилась Александрийская библиотека?",
    "أين كانت مكتبة الإسكندرية؟",
    "איפה הייתה הספרייה של אלכסנדריה?",
    "अलेक्ज़ेंड्रिया का पुस्तकालय कहाँ था?",
    "亚历山大图书馆在哪里？古代世界最大的图书馆。",
    "アレクサンドリア図書館はどこにありましたか。",
    "알렉산드리아 도서관은 어디에 있었습니까?",
    "หอสมุดแห่งอเล็กซานเดรียอยู่ที่ไหน",
    "Library – History\nThe library held scrolls.\n\nIts catalogue, the Pinakes, listed authors.",
    "👩🏽‍🔬🏛️📜 𐀓𐀪𐀁 𝔉𝔯𝔞𝔨𝔱𝔲𝔯 \u200b\ufeff\x00",
    "a" * 3_000,
    "The library of Alexandria held hundreds of thousands of scrolls from Egypt and Greece. " * 3,
    "In its halls scholars copied, compared and catalogued what ships had brought to them. " * 12,
    "Long passages are cut where the model ends; what follows must not matter at all. " * 400,
)


def export_model(model: Any, record: EncoderRecord, path: Path) -> str:
    """Write the graph of a SentenceTransformer to ``path``; the JSON of its tokenizer.

    The graph leads from token ids of shape (1, tokens) to a unit vector of shape (1, dimension).
    Raises EncoderNotExportable for a model that is more than a graph over token ids.
    """
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        raise _not_exportable(record, "it has no tokenizer.json")
    for module in model:
        if not getattr(module, "include_prompt", True) and record.query_prefix:
            raise _not_exportable(record, "its pooling leaves the prefix out (include_prompt)")
    tokenizer.no_padding()
    tokenizer.enable_truncation(min(model.max_seq_length or _MOST_TOKENS, _MOST_TOKENS))
    try:
        _export_graph(model, path)
    except MemoryError:
        raise
    except Exception as error:  # PyTorch's exporter raises whatever it trips over
        if "allocate" in str(error):
            raise MemoryError from error
        reason = " ".join(str(error).split())[:200]
        names = ", ".join(_description(module) for module in model)
        raise _not_exportable(record, f"{names}: {reason}") from error
    return str(tokenizer.to_str())


def _export_graph(model: Any, path: Path) -> None:
    import torch

    sample = model.preprocess(["A text to follow through the model."])
    is_typed = "token_type_ids" in sample

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}
            if is_typed:
                features["token_type_ids"] = torch.zeros_like(input_ids)
            vectors = self.model(features)["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, p=2, dim=1)

    with warnings.catch_warnings():
        # The exporter that PyTorch prefers needs onnxscript; this one warns of its age, and of
        # branches of the model that are followed one way only: that way is what is checked.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Graph().eval(),
            (sample["input_ids"].cpu(),),
            str(path),
            input_names=["input_ids"],
            output_names=["vectors"],
            dynamic_axes={"input_ids": {1: "tokens"}},
            opset_version=_OPSET,
            dynamo=False,
        )


def check_questions(encoder: OnnxEncoder, encode: EncodeTexts) -> float:
    """The smallest cosine between the encoder's vectors and the model's own, over varied texts.

    ``encode``: the model itself, from a prefix and texts to unit vectors. Raises
    EncoderNotExportable below .999: such questions would miss their passages.
    """
    prefix = encoder.record.query_prefix
    cosines = _cosines(
        encode(prefix, PROBES), np.stack([encoder.encode_query(text) for text in PROBES])
    )
    worst = int(np.argmin(cosines))
    if not cosines[worst] >= _LEAST_COSINE:  # also for what is not a number
        raise _not_exportable(
            encoder.record,
            f"cosine {cosines[worst]:.4f} to the model itself on {PROBES[worst][:40]!r}, "
            f"{_LEAST_COSINE} is needed",
        )
    return float(cosines[worst])


def passage_cosine(passages: EncodePassages, prefix: str, encode: EncodeTexts) -> float:
    """The mean cosine between vectors of passages and the model's own, over varied texts."""
    return float(_cosines(encode(prefix, PROBES), passages(PROBES)).mean())


def _cosines(wanted: Vectors, found: Vectors) -> Vectors:
    return np.asarray(np.einsum("ij,ij->i", wanted, found))


def _description(module: Any) -> str:
    """The kind of a module, and its way of pooling if it pools."""
    mode = getattr(module, "pooling_mode", None)
    return type(module).__name__ + (f" {mode!r}" if mode else "")


def _not_exportable(record: EncoderRecord, reason: str) -> EncoderNotExportable:
    return EncoderNotExportable(
        f"{record.name} cannot ask questions without PyTorch ({reason}); choose another with "
        "PINAKES_SEARCH__ENCODER, or build with --vectors none"
    )
