// SPDX-License-Identifier: Apache-2.0
//
// Asks what test_node_client.py wants to know of the official Node client; answers in JSON.
//
//   node client.mjs BASE_URL

import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.argv[2], apiKey: "a-client's-key", maxRetries: 0 });
const question = {
  model: "sim",
  max_tokens: 12,
  messages: [{ role: "user", content: "What joins two large bodies of land?" }],
};

async function chat() {
  const answer = await client.chat.completions.create(question);
  return answer.choices[0].message.content;
}

async function stream() {
  let text = "";
  const chunks = await client.chat.completions.create({ ...question, stream: true });
  for await (const chunk of chunks) text += chunk.choices[0]?.delta?.content ?? "";
  return text;
}

async function embedding() {
  const answer = await client.embeddings.create({ model: "sim", input: "a thin strip" });
  return answer.data[0].embedding;
}

async function models() {
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  return names;
}

async function error() {
  try {
    await client.get("/no/such/thing");
  } catch (error) {
    return { name: error.constructor.name, status: error.status, request: error.requestID };
  }
  return null;
}

console.log(
  JSON.stringify({
    chat: await chat(),
    stream: await stream(),
    embedding: await embedding(),
    models: await models(),
    error: await error(),
  }),
);
