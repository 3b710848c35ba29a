"""The JSON of OpenAI's chats: what of a request counts here, and what completions are.

Knows nothing of HTTP. Of a request everything else is accepted and ignored: ``temperature``,
``max_tokens`` and their like change nothing in an answer whose sentences are checked.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from pinakes.service.http.requests import Text
from pinakes.service.types import AnswerMode
from pinakes.service.views.answer_views import AnswerView
from pinakes.service.views.search_views import View

__all__ = [
    "AnnotationView",
    "ChatRequest",
    "ChoiceView",
    "CompletionView",
    "MessageView",
    "ModelListView",
    "ModelView",
    "OpenAIErrorView",
    "ResponseRequest",
    "UrlCitationView",
    "UsageView",
]


# Where each kind of part has its text.
_PARTS = {"text": "text", "refusal": "refusal", "input_text": "text", "output_text": "text"}


def _text_of_parts(content: object) -> object:
    """Content given as a list of parts, as one text."""
    if not isinstance(content, list):
        return content
    texts: list[str] = []
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        text = part.get(_PARTS.get(str(kind), "")) if isinstance(part, dict) else None
        if not isinstance(text, str):
            raise PydanticCustomError(
                "content_part", f"only text is read here, no part of type {str(kind)[:40]}"
            )
        texts.append(text)
    return "\n".join(texts)


def _calls_nothing(choice: Any) -> Any:
    """Tools may be offered; a request that insists on a call cannot be met."""
    optional = choice in (None, "none", "auto") or (
        isinstance(choice, dict)
        and isinstance(allowed := choice.get("allowed_tools"), dict)
        and allowed.get("mode") == "auto"
    )
    if not optional:
        raise PydanticCustomError(
            "tool_choice", "this model answers from its collection and calls no tools; send auto"
        )
    return choice


ToolChoice = Annotated[Any, AfterValidator(_calls_nothing)]


class ChatMessage(BaseModel):
    """One turn; ``content`` is a text or a list of text parts."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[Text | None, BeforeValidator(_text_of_parts)] = None


class StreamOptions(BaseModel):
    """What a stream holds besides the answer."""

    include_usage: bool | None = None


class PinakesOptions(BaseModel):
    """What only Pinakes knows; ``mode`` outweighs that of the model named."""

    model_config = ConfigDict(extra="forbid")

    mode: AnswerMode | None = None
    strict: bool | None = None


class ChatRequest(BaseModel):
    """The question is the last message of the user; the turns before it are the conversation.

    System messages do not change how a question is answered. ``user`` gets a turn of its own in the
    queue.
    """

    model: str = Field(examples=["enwiki", "enwiki:brief"])
    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None
    user: str | None = None
    tool_choice: ToolChoice = None
    function_call: ToolChoice = None
    pinakes: PinakesOptions = PinakesOptions()


def _messages_of_input(value: object) -> object:
    """The input of a response as messages; thoughts and calls of tools among them are left out."""
    if isinstance(value, str):
        return [{"role": "user", "content": value}]
    if not isinstance(value, list):
        return value
    kinds = [item.get("type", "message") if isinstance(item, dict) else "message" for item in value]
    if "item_reference" in kinds:
        raise PydanticCustomError("kept", _NOTHING_KEPT)
    return [item for item, kind in zip(value, kinds, strict=True) if kind == "message"]


def _refers_to_nothing(value: Any) -> Any:
    if value not in (None, False, ""):
        raise PydanticCustomError("kept", _NOTHING_KEPT)
    return value


_NOTHING_KEPT = (
    "no response is kept here; send the messages so far in input, and wait for the answer"
)
Kept = Annotated[Any, AfterValidator(_refers_to_nothing)]


class ResponseRequest(BaseModel):
    """The same for responses: ``input`` is the question, or the messages, the question last.

    What would refer to earlier responses, or have this one kept and fetched later, is refused.
    """

    model: str = Field(examples=["enwiki", "enwiki:brief"])
    messages: Annotated[list[ChatMessage], BeforeValidator(_messages_of_input)] = Field(
        alias="input", min_length=1
    )
    stream: bool | None = None
    user: str | None = None
    tool_choice: ToolChoice = None
    previous_response_id: Kept = None
    conversation: Kept = None
    background: Kept = None
    pinakes: PinakesOptions = PinakesOptions()


class UrlCitationView(View):
    """A mark ``[n]``: ``content[start_index:end_index]``, in code points, and where it leads."""

    start_index: int
    end_index: int
    url: str
    title: str


class AnnotationView(View):
    """Something that the text of a message points at."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitationView


class MessageView(View):
    """The answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[AnnotationView]


class ChoiceView(View):
    """The only answer there is."""

    index: int = 0
    message: MessageView
    logprobs: None = None
    finish_reason: Literal["stop", "length"] = "stop"


class UsageView(View):
    """Tokens of the model; none where it had no part in the answer."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionView(View):
    """A chat completion; ``pinakes`` is the whole answer as /api/ask gives it.

    It is null where a client's own errand was done: no question was asked.
    """

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    system_fingerprint: str = Field(description="The generation answered from.")
    choices: list[ChoiceView]
    usage: UsageView
    pinakes: AnswerView | None = None


class ModelView(View):
    """A way to answer from the collection."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["pinakes"] = "pinakes"


class ModelListView(View):
    """All ways to answer."""

    object: Literal["list"] = "list"
    data: list[ModelView]


class OpenAIErrorView(View):
    """An error in OpenAI's form; it is sent as the only member ``error`` of an object."""

    message: str
    type: str = Field(examples=["invalid_request_error"])
    param: str | None = Field(default=None, examples=["messages"])
    code: str | None = Field(default=None, examples=["model_not_found"])
