# SPDX-License-Identifier: Apache-2.0
"""A small controller before two inference engines, as a team writes it in an afternoon.

Validates, hashes, looks into a cache, picks a core, forwards with httpx and a timeout. It stands
here to be compared with the edge: test_controller.py asks both the same.

    CORES="http://127.0.0.1:8001/v1 http://127.0.0.1:8002/v1" TIMEOUT=30 uvicorn controller:app
"""

import hashlib
import json
import os
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

CORES = os.environ["CORES"].split()
TIMEOUT = float(os.environ.get("TIMEOUT", "30"))


@asynccontextmanager
async def lifespan(app):
    async with httpx.AsyncClient(timeout=TIMEOUT) as client:
        app.state.http = client
        app.state.cache = {}
        app.state.models = None
        app.state.in_flight = dict.fromkeys(CORES, 0)
        yield


app = FastAPI(lifespan=lifespan)


KINDS = {400: "invalid_request_error", 404: "not_found_error", 502: "server_error",
         504: "timeout_error"}


class Refusal(Exception):
    def __init__(self, status, code, message, param=None):
        self.status = status
        self.error = {"message": message, "type": KINDS[status], "param": param, "code": code}


@app.exception_handler(Refusal)
async def say_no(_, refusal):
    return JSONResponse({"error": refusal.error}, refusal.status)


# ---- validate ----


def read_question(body):
    try:
        question = json.loads(body)
    except ValueError as mistake:
        raise Refusal(400, "invalid_json", f"The body is not valid JSON: {mistake}.") from None
    if not isinstance(question, dict):
        raise Refusal(400, "invalid_type", "The body is not a JSON object.")
    check_type(question, "model", str)
    return question


def check_type(question, name, kind):
    if name in question and not isinstance(question[name], kind):
        raise Refusal(400, "invalid_type", f"`{name}` is of the wrong type.", name)


def messages_of(question):
    """A bare prompt is one user's message."""
    check_type(question, "messages", list)
    check_type(question, "prompt", str)
    prompt = question.pop("prompt", None)
    messages = question.get("messages") or (prompt and [{"role": "user", "content": prompt}])
    if not messages:
        raise Refusal(400, "missing_required_parameter", "No prompt provided", "messages")
    return messages


async def check_model(name):
    state = app.state
    if state.models is None:
        state.models = set()
        for core in CORES:
            try:
                listed = (await state.http.get(core + "/models")).json()["data"]
                state.models |= {model["id"] for model in listed}
            except httpx.HTTPError:
                continue
    if state.models and name not in state.models:
        raise Refusal(404, "model_not_found", f"The model `{name}` does not exist.", "model")


# ---- forward ----


def cores_by_load():
    return sorted(CORES, key=app.state.in_flight.get)


async def send(core, body):
    request = app.state.http.build_request(
        "POST", core + "/chat/completions", content=body,
        headers={"Content-Type": "application/json"})
    app.state.in_flight[core] += 1
    try:
        return await app.state.http.send(request, stream=True)
    finally:
        app.state.in_flight[core] -= 1


async def forward(body):
    for core in cores_by_load():
        try:
            return await send(core, body)
        except httpx.ConnectError:
            continue
        except httpx.TimeoutException:
            raise Refusal(504, "core_timeout", "The core did not answer in time.") from None
    raise Refusal(502, "core_unreachable", "No core can be reached.")


@app.post("/v1/chat/completions")
async def chat(request: Request):
    question = read_question(await request.body())
    question["messages"] = messages_of(question)
    await check_model(question["model"])
    body = json.dumps(question, separators=(",", ":")).encode()
    key = hashlib.sha256(body).hexdigest()
    if key in app.state.cache:
        return Response(app.state.cache[key], media_type="application/json")

    answer = await forward(body)
    if question.get("stream"):
        return StreamingResponse(answer.aiter_raw(), answer.status_code,
                                 media_type="text/event-stream")
    content = await answer.aread()
    if answer.status_code == 200:
        app.state.cache[key] = content
    return Response(content, answer.status_code, media_type="application/json")
