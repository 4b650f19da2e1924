# SPDX-License-Identifier: Apache-2.0
"""Chat answers of every documented shape, each plain and as a stream, by name.

The question's text names the case, so that the same scripted upstream answers any client.
"""

import json
from dataclasses import dataclass

from questions import MODEL
from upstream import Answer

HEAD = {"id": "chatcmpl-1", "created": 1700000000, "model": MODEL}


@dataclass(frozen=True)
class Case:
    choices: list  # of the plain answer
    deltas: list  # of the stream: (index, delta, finish_reason[, more members of the choice])
    ask: dict  # what a client asks for besides model and messages
    more: dict  # further members of the answer, and of each chunk

    @property
    def plain(self):
        usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
        return {**HEAD, "object": "chat.completion", "choices": self.choices, "usage": usage,
                **self.more}

    @property
    def chunks(self):
        return [chunk_of(*delta, **self.more) for delta in self.deltas]


def chunk_of(index, delta, finish_reason=None, more=None, **members):
    choice = {"index": index, "delta": delta, "finish_reason": finish_reason, **(more or {})}
    return {**HEAD, "object": "chat.completion.chunk", "choices": [choice], **members}


def choice_of(message, finish_reason="stop", index=0, **more):
    return {"index": index, "message": {"role": "assistant", **message},
            "finish_reason": finish_reason, **more}


def case(choices, deltas, ask=None, **more):
    return Case(choices, deltas, ask or {}, more)


def text_case(text, ask=None, **more):
    deltas = [(0, {"role": "assistant", "content": ""})]
    deltas += [(0, {"content": letter}) for letter in text]
    deltas.append((0, {}, "stop"))
    return case([choice_of({"content": text})], deltas, ask, **more)


# ---- tools ----

TOOLS = [{"type": "function", "function": {
    "name": name, "parameters": {"type": "object", "properties": {"place": {"type": "string"}}}}}
    for name in ("weather", "tide")]


def tool_call(index, name, arguments):
    return {"id": f"call_{index}", "type": "function",
            "function": {"name": name, "arguments": arguments}}


def tool_begin(index, name):
    """Only a call's first fragment has id, type and name."""
    return (0, {"tool_calls": [{"index": index, **tool_call(index, name, "")}]})


def tool_more(index, arguments):
    return (0, {"tool_calls": [{"index": index, "function": {"arguments": arguments}}]})


def two_tools():
    calls = [tool_call(0, "weather", '{"place":"Panamá"}'),
             tool_call(1, "tide", '{"place":"Suez"}')]
    deltas = [(0, {"role": "assistant", "content": None}), tool_begin(0, "weather"),
              tool_begin(1, "tide"), tool_more(0, '{"pla'), tool_more(1, '{"place"'),
              tool_more(0, 'ce":"Pana'), tool_more(1, ':"Suez"'), tool_more(0, 'má"}'),
              tool_more(1, "}"), (0, {}, "tool_calls")]
    return case([choice_of({"content": None, "tool_calls": calls}, "tool_calls")], deltas,
                {"tools": TOOLS, "parallel_tool_calls": True})


def old_function():
    call = {"name": "weather", "arguments": '{"place":"Corinth"}'}
    deltas = [(0, {"role": "assistant", "function_call": {"name": "weather", "arguments": ""}}),
              (0, {"function_call": {"arguments": '{"place":'}}),
              (0, {"function_call": {"arguments": '"Corinth"}'}}), (0, {}, "function_call")]
    return case([choice_of({"content": None, "function_call": call}, "function_call")], deltas,
                {"functions": [TOOLS[0]["function"]]})


# ---- several choices, logprobs ----

def two_choices():
    choices = [choice_of({"content": "ab"}, "stop", 0), choice_of({"content": "xyz"}, "length", 1)]
    deltas = [(0, {"role": "assistant", "content": ""}), (1, {"role": "assistant", "content": ""}),
              (1, {"content": "x"}), (0, {"content": "a"}), (1, {"content": "y"}),
              (0, {"content": "b"}), (0, {}, "stop"), (1, {"content": "z"}), (1, {}, "length")]
    return case(choices, deltas, {"n": 2})


def logprob_of(token, value):
    entry = {"token": token, "logprob": value, "bytes": list(token.encode())}
    return {**entry, "top_logprobs": [entry, {**entry, "token": "?", "logprob": value - 1.5}]}


def logprobs():
    entries = [logprob_of("is", -0.25), logprob_of("þmus", -1.0e-7)]
    deltas = [(0, {"role": "assistant", "content": ""}, None, {"logprobs": None})]
    deltas += [(0, {"content": entry["token"]}, None,
                {"logprobs": {"content": [entry], "refusal": None}}) for entry in entries]
    # The reason to finish comes together with the last token's logprobs.
    deltas[-1] = (*deltas[-1][:2], "stop", deltas[-1][3])
    whole = {"logprobs": {"content": entries, "refusal": None}}
    return case([choice_of({"content": "isþmus"}, **whole)], deltas,
                {"logprobs": True, "top_logprobs": 2})


# ---- the rest ----

def refusal():
    deltas = [(0, {"role": "assistant", "refusal": "I "}), (0, {"refusal": "must not."}),
              (0, {}, "stop")]
    return case([choice_of({"content": None, "refusal": "I must not."})], deltas)


def filtered():
    deltas = [(0, {"role": "assistant", "content": "The"}), (0, {}, "content_filter")]
    return case([choice_of({"content": "The"}, "content_filter")], deltas)


def reasoning():
    """Fields that no documentation knows, beside those that it does."""
    deltas = [(0, {"role": "assistant", "reasoning_content": "Hm, "}),
              (0, {"reasoning_content": "land.", "content": "A"}), (0, {"content": "n isthmus"}),
              (0, {}, "stop", {"stop_reason": 151645, "token_ids": [1, 2, 3]})]
    return case([choice_of({"content": "An isthmus", "reasoning_content": "Hm, land."},
                           stop_reason=151645)], deltas, vendor={"big": 12345678901234567890})


def audio():
    sound = {"id": "audio_1", "data": "UklGRg==", "expires_at": 1700003600, "transcript": "hum"}
    deltas = [(0, {"role": "assistant", "audio": {"id": "audio_1"}}),
              (0, {"audio": {"data": "UklGRg=="}}), (0, {"audio": {"transcript": "hum"}}),
              (0, {}, "stop")]
    return case([choice_of({"content": None, "audio": sound})], deltas,
                {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}})


def annotations():
    link = {"type": "url_citation", "url_citation": {
        "start_index": 0, "end_index": 2, "url": "https://example.com/", "title": "An isthmus"}}
    deltas = [(0, {"role": "assistant", "content": "So", "annotations": [link]}),
              (0, {}, "stop")]
    return case([choice_of({"content": "So", "annotations": [link]})], deltas)


CASES = {
    "text": text_case("𝄞 Ørestad 🌊\n\"quoted\" \\u0041"),
    "json": text_case(json.dumps({"place": "Corinth", "metres": 6343}),
                      {"response_format": {"type": "json_object"}}),
    "fingerprint": text_case("x", {"seed": 7, "service_tier": "default"},
                             system_fingerprint="fp_1", service_tier="default"),
    "two tools": two_tools(),
    "old function": old_function(),
    "two choices": two_choices(),
    "logprobs": logprobs(),
    "refusal": refusal(),
    "filtered": filtered(),
    "reasoning": reasoning(),
    "audio": audio(),
    "annotations": annotations(),
}

USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7,
         "completion_tokens_details": {"reasoning_tokens": 1}}


def question_of(name):
    return {"model": MODEL, "messages": [{"role": "user", "content": name}], **CASES[name].ask}


def answer_by_name(request):
    """What the upstream says: the case that the question names."""
    question = request.json
    found = CASES[question["messages"][-1]["content"]]
    if not question.get("stream"):
        return Answer.json(found.plain)
    chunks = found.chunks
    if (question.get("stream_options") or {}).get("include_usage"):
        chunks = [{**chunk, "usage": None} for chunk in chunks]
        chunks.append({**chunks[-1], "choices": [], "usage": USAGE})
    return Answer.stream(chunks)
