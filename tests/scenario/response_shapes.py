# SPDX-License-Identifier: Apache-2.0
"""One answer of the Responses API, plain and as the events of its stream."""

from questions import MODEL
from upstream import Answer

MESSAGE = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant",
           "content": [{"type": "output_text", "text": "An isþmus", "annotations": []}]}
RESPONSE = {
    "id": "resp_1", "object": "response", "created_at": 1700000000.0, "status": "completed",
    "model": MODEL, "output": [MESSAGE], "parallel_tool_calls": True, "tool_choice": "auto",
    "tools": [], "error": None, "incomplete_details": None, "instructions": None,
    "metadata": {}, "temperature": 1.0, "top_p": 1.0,
}
BEGUN = {**RESPONSE, "status": "in_progress", "output": []}


def text_event(kind, number, **members):
    return {"type": f"response.output_text.{kind}", "sequence_number": number, "item_id": "msg_1",
            "output_index": 0, "content_index": 0, "logprobs": [], **members}


EVENTS = [
    {"type": "response.created", "sequence_number": 0, "response": BEGUN},
    {"type": "response.in_progress", "sequence_number": 1, "response": BEGUN},
    {"type": "response.output_item.added", "sequence_number": 2, "output_index": 0,
     "item": {**MESSAGE, "status": "in_progress", "content": []}},
    {"type": "response.content_part.added", "sequence_number": 3, "item_id": "msg_1",
     "output_index": 0, "content_index": 0,
     "part": {"type": "output_text", "text": "", "annotations": []}},
    text_event("delta", 4, delta="An is"),
    text_event("delta", 5, delta="þmus"),
    text_event("done", 6, text="An isþmus"),
    {"type": "response.completed", "sequence_number": 7, "response": RESPONSE},
]


def stream_of(events, **more):
    return Answer.stream([(event["type"], event) for event in events], done=False, **more)
