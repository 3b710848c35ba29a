"""How servers are asked to think, and for how long: the fields of a request, by dialect.

Each server ignores the fields that it does not know, or refuses them and is asked without.
"""

from typing import Any

from pinakes.service.settings import GeneratorSettings

__all__ = ["thinking_fields"]


def thinking_fields(settings: GeneratorSettings, *, is_llama_cpp: bool) -> dict[str, Any]:
    """Fields of a chat that ask for thoughts or for none.

    ``chat_template_kwargs`` (llama-server, vLLM, SGLang) under the names that templates know:
    Qwen's, DeepSeek's and Granite's, and the effort of gpt-oss, which cannot be less than low.
    ``reasoning_effort`` at the top is OpenAI's and Ollama's. The budgets are llama-server's, the
    second name that of older ones.
    """
    thinks = settings.effort != "off"
    effort = {} if settings.effort == "on" else {"reasoning_effort": "low"}
    fields: dict[str, Any] = {
        "chat_template_kwargs": {"enable_thinking": thinks, "thinking": thinks} | effort
    }
    if not is_llama_cpp:
        return fields | effort
    budget = settings.thinking_budget
    return fields | {"reasoning_budget_tokens": budget, "thinking_budget_tokens": budget}
