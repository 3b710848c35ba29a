"""A model run by llama-cpp-python inside a child process of the service.

The only file that imports llama_cpp. One context, one request at a time; knows nothing of the
service but the messages on its channel:

    parent: {"id": n, "messages": […]}                     child: {"id": n, "tokens": count}
    parent: {"id": n, "messages": […], "max_tokens": m}    child: {"id": n, "piece": text} …
    parent: {"cancel": n}                                  child: {"id": n, "end": true,
                                                            "cut_off": whether tokens ran out}
                                                           child: {"id": n, "error": reason}
"""

import codecs
import os
import queue
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from pinakes.service.generators.child_process import ParentChannel

__all__: list[str] = []

_Request = dict[str, Any]
_CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}<|im_start|>assistant\n"
)
_WARNING = 3  # ggml_log_level
_OPENERS = ("<think>", "<thinking>", "<thought>", "[THINK]")


class _Inbox:
    """The parent's requests in order, and which of them it no longer wants."""

    def __init__(self, channel: ParentChannel) -> None:
        self._channel = channel
        self._requests: queue.SimpleQueue[_Request] = queue.SimpleQueue()
        self._cancelled = 0
        self._current = 0
        threading.Thread(target=self._read, daemon=True).start()

    def next(self) -> _Request:
        request = self._requests.get()
        self._current = request["id"]
        return request

    def unwanted(self) -> bool:
        """Whether the request being answered has been cancelled; numbers only grow."""
        return self._current <= self._cancelled

    def _read(self) -> None:
        while (message := self._channel.receive()) is not None:
            if "cancel" in message:
                self._cancelled = message["cancel"]
            else:
                self._requests.put(message)
        # The parent is gone: nothing of what native threads still do is worth waiting for.
        os._exit(0)


class _Model:
    """llama.cpp with one context and the chat template of its file."""

    def __init__(self, config: dict[str, Any], inbox: _Inbox) -> None:
        import llama_cpp
        from llama_cpp import llama_chat_format

        native: Any = llama_cpp  # its annotations do not describe what it accepts
        standard_error = os.dup(2)  # llama_cpp closes number 2 while it loads a model

        def write_warning(level: int, text: bytes, _: Any) -> None:
            if level >= _WARNING:
                os.write(standard_error, text)

        log = native.llama_log_callback(write_warning)
        native.llama_log_set(log, None)
        self._llama = native.Llama(
            config["model_path"],
            n_ctx=config["context_tokens"],
            n_gpu_layers=config["gpu_layers"],
            n_threads=config["threads"],
            n_threads_batch=config["threads"],
            verbose=False,
        )
        vocabulary = native.llama_model_get_vocab(self._llama.model)
        self._ends: Callable[[int], bool] = partial(native.llama_vocab_is_eog, vocabulary)

        def text_of(token: int) -> str:
            return native.llama_vocab_get_text(vocabulary, token).decode() if token >= 0 else ""

        self._beginning = text_of(self._llama.token_bos())
        self._template: Any = llama_chat_format.Jinja2ChatFormatter(
            template=self._llama.metadata.get("tokenizer.chat_template", _CHATML),
            bos_token=self._beginning,
            eos_token=text_of(self._llama.token_eos()),
        )
        # Asked between two operations on the CPU, so that even a long prompt is left at once.
        abort = native.ggml_abort_callback(lambda _: inbox.unwanted())
        native.llama_set_abort_callback(self._llama.ctx, abort, None)
        self._kept_alive = (log, abort)  # native code holds bare pointers to them
        self._inbox = inbox
        self.parameters = int(native.llama_model_n_params(self._llama.model))
        self._thinking = {"enable_thinking": config["thinking"] != "off"}
        if config["thinking"] != "on":
            self._thinking["reasoning_effort"] = "low"
        self._sampling: dict[str, Any] = config["sampling"]
        self._opened = ""
        self.cut_off = False

    @property
    def context_tokens(self) -> int:
        return int(self._llama.n_ctx())

    def tokens(self, messages: list[dict[str, str]]) -> list[int]:
        """The prompt; models that can think are asked not to, unless they may."""
        prompt = self._template(messages=messages, **self._thinking).prompt
        # What the template has opened belongs to the answer, whose reader looks for its end.
        self._opened = next((opener for opener in _OPENERS if prompt.rstrip().endswith(opener)), "")
        repeated = bool(self._beginning) and prompt.startswith(self._beginning)
        return list(self._llama.tokenize(prompt.encode(), add_bos=not repeated, special=True))

    def answer(self, prompt: list[int], max_tokens: int) -> Iterator[str]:
        """Pieces of text. What the prompt shares with the last one is not computed again."""
        room = self.context_tokens - len(prompt)
        if room <= 0:
            raise ValueError(
                f"the prompt has {len(prompt)} tokens, the context only {self.context_tokens}"
            )
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        yield self._opened
        self.cut_off = True
        generated = self._llama.generate(prompt, **self._sampling)
        for _, token in zip(range(min(max_tokens, room)), generated, strict=False):
            if self._inbox.unwanted() or self._ends(token):
                self.cut_off = False
                break
            yield decoder.decode(self._llama.detokenize([token]))
        yield decoder.decode(b"", final=True)


def _main() -> None:
    channel = ParentChannel()
    config = channel.receive()
    if config is None:
        return
    inbox = _Inbox(channel)
    try:
        model = _Model(config, inbox)
    except Exception as error:
        os.write(2, f"{error}\n".encode())
        # Not sys.exit: llama.cpp would log its own end into a callback that is gone by then.
        os._exit(1)
    channel.send({"context_tokens": model.context_tokens, "parameters": model.parameters})
    while True:
        request = inbox.next()
        number = request["id"]
        try:
            prompt = model.tokens(request["messages"])
            if "max_tokens" not in request:
                channel.send({"id": number, "tokens": len(prompt)})
                continue
            for piece in model.answer(prompt, request["max_tokens"]):
                if piece:
                    channel.send({"id": number, "piece": piece})
            channel.send({"id": number, "end": True, "cut_off": model.cut_off})
        except Exception as error:  # whatever a template or the native code raises is passed on
            if not inbox.unwanted():
                channel.send({"id": number, "error": f"{error}"})


if __name__ == "__main__":
    _main()
