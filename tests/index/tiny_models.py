"""Sentence-transformers models of random weights, as small as can be, saved as real ones are."""

import json
import shutil
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

__all__ = ["write_model"]


def write_model(directory: Path, prompts: dict[str, str], pooling: Any = "mean") -> Path:
    """A model of the kind of multilingual E5 (XLM-RoBERTa), with these prompts and this pooling."""
    shutil.copytree(_saved(), directory)
    values = {"prompts": prompts, "__version__": {"sentence_transformers": "6.2.0"}}
    (directory / "config_sentence_transformers.json").write_text(json.dumps(values))
    path = directory / "1_Pooling" / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps(config | ({"pooling_mode": pooling} if pooling else {})))
    return directory


@cache
def _saved() -> Path:
    torch, transformers = import_module("torch"), import_module("transformers")
    st = import_module("sentence_transformers")
    tokenizers = import_module("tokenizers")
    torch.manual_seed(617)
    directory = Path(mkdtemp(prefix="pinakes-tiny-"))
    letters = "abcdefghijklmnopqrstuvwxyz:?.,0123456789 "
    vocabulary = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
    vocabulary |= {letter: number for number, letter in enumerate(letters, 4)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, "<unk>"))
    tokenizer.normalizer = tokenizers.normalizers.Lowercase()
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", cls_token="<s>",
        sep_token="</s>", pad_token="<pad>", unk_token="<unk>", model_max_length=128,
    ).save_pretrained(directory / "base")  # fmt: skip
    config = transformers.XLMRobertaConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=64, max_position_embeddings=130, type_vocab_size=1,
    )  # fmt: skip
    transformers.XLMRobertaModel(config).save_pretrained(directory / "base")
    modules = import_module("sentence_transformers.sentence_transformer.modules")
    transformer = modules.Transformer(str(directory / "base"))
    pooling = modules.Pooling(32, pooling_mode="mean")
    st.SentenceTransformer(modules=[transformer, pooling], device="cpu").save(
        str(directory / "model"), create_model_card=False
    )
    return directory / "model"
