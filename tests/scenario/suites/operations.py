# SPDX-License-Identifier: Apache-2.0
"""What the mock of a client's own test suite answers: by method and path, the type that the client
casts the answer to, and the type of a stream's events."""

import re
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from suites.examples import example_of
from upstream import Answer


class Page:
    """A list with pages, of which this is the only one."""

    def __init__(self, kind):
        self.kind = kind

    def example(self):
        one = example_of(self.kind)
        return {"object": "list", "data": [one], "first_id": "a", "last_id": "a",
                "has_more": False}


def openai_operations():
    from openai import types
    from openai.types import chat, responses

    id = "[^/]+"
    return {
        "POST /v1/chat/completions": (chat.ChatCompletion, chat.ChatCompletionChunk),
        "GET /v1/chat/completions": (Page(chat.ChatCompletion), None),
        f"(GET|POST) /v1/chat/completions/{id}": (chat.ChatCompletion, None),
        f"DELETE /v1/chat/completions/{id}": (chat.ChatCompletionDeleted, None),
        f"GET /v1/chat/completions/{id}/messages": (Page(chat.ChatCompletionStoreMessage), None),
        "POST /v1/completions": (types.Completion, types.Completion),
        "POST /v1/embeddings": (types.CreateEmbeddingResponse, None),
        f"GET /v1/models/{id}": (types.Model, None),
        f"DELETE /v1/models/{id}": (types.ModelDeleted, None),
        "POST /v1/moderations": (types.ModerationCreateResponse, None),
        "POST /v1/responses": (responses.Response, responses.ResponseStreamEvent),
        "POST /v1/responses/compact": (responses.CompactedResponse, None),
        "POST /v1/responses/input_tokens": (responses.InputTokenCountResponse, None),
        f"GET /v1/responses/{id}": (responses.Response, responses.ResponseStreamEvent),
        f"DELETE /v1/responses/{id}": (None, None),
        f"POST /v1/responses/{id}/cancel": (responses.Response, None),
        f"GET /v1/responses/{id}/input_items": (Page(responses.ResponseItem), None),
    }


def anthropic_operations():
    from anthropic import types

    return {
        "POST /v1/messages": (types.Message, types.RawMessageStreamEvent),
        "POST /v1/messages/count_tokens": (types.MessageTokensCount, None),
    }


def answer_of(kind):
    if kind is None:
        return Answer(204)
    return Answer.json(kind.example() if isinstance(kind, Page) else example_of(kind))


def stream_of(kind):
    example = example_of(kind)
    return Answer.stream([(example.get("type"), example)] * 2)


def wants_stream(request):
    if parse_qs(urlsplit(request.path).query).get("stream") == ["true"]:
        return True
    return request.body.startswith(b"{") and request.json.get("stream") is True


def mock_of(operations):
    """Answers a request as its operation's types say; 404 where there is none."""
    plain, stream = lru_cache(None)(answer_of), lru_cache(None)(stream_of)

    def answer(request):
        asked = f"{request.method} {urlsplit(request.path).path}"
        for pattern, (kind, events) in operations.items():
            if re.fullmatch(pattern, asked):
                return stream(events) if events and wants_stream(request) else plain(kind)
        return Answer.json({"error": {"message": asked}}, 404)

    return answer
