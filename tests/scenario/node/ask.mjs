// SPDX-License-Identifier: Apache-2.0
//
// Does with the official Node client what a Python test wants done; answers in JSON.
//
//   node ask.mjs BASE_URL < steps.json
//
// A step is {call: "chat.completions.create", args: [...], client: {...}, ...} and becomes
// {value}, {chunks} or {error}; what else a step may hold stands at the functions below.

import OpenAI from "openai";
import { readFileSync } from "node:fs";

function clientOf(step) {
  return new OpenAI({
    baseURL: process.argv[2],
    apiKey: "a-client's-key",
    maxRetries: 0,
    timeout: 20000,
    ...step.client,
  });
}

// {abort_after: MS} gives up by the signal that the client's method takes.
function requestOptions(step) {
  if (step.abort_after === undefined) return step.options;
  const control = new AbortController();
  setTimeout(() => control.abort(), step.abort_after);
  return { ...step.options, signal: control.signal };
}

function start(step) {
  const names = step.call.split(".");
  const method = names.pop();
  const resource = names.reduce((found, name) => found[name], clientOf(step));
  return resource[method](...step.args, requestOptions(step));
}

// {stop_after: N} leaves the stream behind so many chunks.
async function collect(stream, step) {
  const chunks = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    if (chunks.length === step.stop_after) break;
  }
  return { chunks };
}

// {final: METHOD} asks the helper that adds a stream up; {raw: true} looks at the response.
async function take(step) {
  const promise = start(step);
  if (step.final) return { value: await promise[step.final]() };
  if (step.raw) {
    const { data, response, request_id } = await promise.withResponse();
    return { value: data, headers: Object.fromEntries(response.headers), request_id };
  }
  const answer = await promise;
  if (answer?.[Symbol.asyncIterator]) return collect(answer, step);
  return { value: answer, request_id: answer?._request_id };
}

function describe(error) {
  const { status, code, param, type, message, requestID } = error;
  const name = error.constructor.name;
  return { error: { name, status, code, param, type, message, request_id: requestID } };
}

const results = [];
for (const step of JSON.parse(readFileSync(0, "utf8")))
  results.push(await take(step).catch(describe));
console.log(JSON.stringify(results));
