# SPDX-License-Identifier: Apache-2.0
"""LangChain on top of the official client, before the edge."""

import asyncio
import itertools

import openai
import pydantic
import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI, OpenAI, OpenAIEmbeddings
from questions import MODEL
from shapes import CASES, TOOLS, answer_by_name
from upstream import Answer


@pytest.fixture
def model_of():
    """Makes a LangChain model of a daemon; its connections are closed behind the test, where
    LangChain's own client would keep them."""
    with openai.DefaultHttpxClient() as connections:
        def make(daemon, kind=ChatOpenAI, **options):
            return kind(**{"base_url": daemon.url, "api_key": "a-client's-key", "model": MODEL,
                           "max_retries": 0, "http_client": connections, **options})
        yield make


@pytest.fixture
def model(upstream, front, model_of):
    upstream.says(answer_by_name)
    return model_of(front)


def test_a_chain_answers_as_before_the_engine_itself(sim, edge, model_of):
    prompt = ChatPromptTemplate.from_messages([("user", "What joins {what}?")])
    direct, through = ((prompt | model_of(daemon, max_tokens=12) | StrOutputParser())
                       .invoke({"what": "two seas"}) for daemon in (sim, edge))
    assert through == direct != ""


def test_a_streamed_chain_is_the_plain_one(edge, model_of):
    model = model_of(edge, max_tokens=12)
    pieces = [chunk.content for chunk in model.stream("What joins two seas?")]
    assert len([piece for piece in pieces if piece]) > 5
    assert "".join(pieces) == model.invoke("What joins two seas?").content


def test_a_batch_and_asynchronous_calls_keep_their_answers(edge, model_of):
    questions = [f"question {i}" for i in range(8)]
    batch = [answer.content for answer in model_of(edge, max_tokens=5).batch(questions)]

    async def ask_all():
        async with openai.DefaultAsyncHttpxClient() as connections:
            model = model_of(edge, max_tokens=5, http_async_client=connections)
            return await asyncio.gather(*(model.ainvoke(question) for question in questions))

    assert [answer.content for answer in asyncio.run(ask_all())] == batch
    assert len(set(batch)) == len(questions)


def test_tool_calls_are_read_plain_and_streamed(model):
    bound = model.bind_tools(TOOLS)
    wanted = [("weather", {"place": "Panamá"}), ("tide", {"place": "Suez"})]

    plain = bound.invoke("two tools").tool_calls
    chunks = list(bound.stream("two tools"))
    streamed = list(itertools.accumulate(chunks))[-1].tool_calls
    for calls in (plain, streamed):
        assert [(call["name"], call["args"]) for call in calls] == wanted


class Place(pydantic.BaseModel):
    """A place and how wide it is."""
    place: str
    metres: int


def test_structured_output_is_parsed(model):
    parser = model.with_structured_output(Place, method="json_schema")
    assert parser.invoke("json") == Place(place="Corinth", metres=6343)


def test_usage_and_the_reason_to_finish_are_there(model):
    answer = model.invoke("text")
    assert answer.usage_metadata["total_tokens"] == CASES["text"].plain["usage"]["total_tokens"]
    assert answer.response_metadata["finish_reason"] == "stop"


def test_an_image_reaches_the_engine(model, upstream):
    url = "data:image/png;base64," + "iVBORw0KGgo+/" * 100_000
    upstream.says(Answer.json(CASES["text"].plain))
    model.invoke([SystemMessage("Look."), HumanMessage([
        {"type": "image_url", "image_url": {"url": url}}])])
    assert upstream.requests[-1].json["messages"][1]["content"][0]["image_url"]["url"] == url


def test_completions_and_embeddings_pass(sim, edge, model_of):
    direct, through = (model_of(daemon, OpenAI, max_tokens=8) for daemon in (sim, edge))
    assert through.invoke("a thin strip") == direct.invoke("a thin strip") != ""

    options = {"check_embedding_ctx_length": False}
    direct, through = (model_of(daemon, OpenAIEmbeddings, **options) for daemon in (sim, edge))
    texts = ["a thin strip", "of land"]
    assert through.embed_documents(texts) == direct.embed_documents(texts)
