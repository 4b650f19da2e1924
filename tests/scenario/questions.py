# SPDX-License-Identifier: Apache-2.0
"""What scenario tests ask, and how they read the answers."""

MODEL = "sim"


def chat(text="What joins two large bodies of land?", **more):
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **more}


def text_of(chunks):
    """A streamed chat answer's text."""
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
