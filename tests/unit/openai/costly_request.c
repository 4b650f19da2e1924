/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/openai/costly_request.h"

#define CHAT "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\""
#define CHAT_END "\"}],\"temperature\":0.7,\"max_tokens\":256,\"stream\":true}"
#define PARTS "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
#define OTHER "{\"model\":\"m\",\"x\":"

const struct costly_request costly_requests[] = {
    {"prose", OPENAI_CHAT, CHAT, "Tell me more about it. ", CHAT_END},
    {"chinese", OPENAI_CHAT, CHAT, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", CHAT_END},
    {"emoji", OPENAI_CHAT, CHAT, "\xf0\x9f\x98\x80", CHAT_END},
    {"mixed", OPENAI_CHAT, CHAT, "a\xc3\xa4\\n", CHAT_END},
    {"escapes", OPENAI_CHAT, CHAT, "\\n", CHAT_END},
    {"surrogates", OPENAI_CHAT, CHAT, "\\ud83d\\ude00", CHAT_END},
    {"model", OPENAI_UNKNOWN, "{\"model\":\"", "\\u0041", "\"}"},
    {"messages", OPENAI_CHAT, "{\"model\":\"m\",\"messages\":[",
     "{\"role\":\"user\",\"content\":\"\"},", "{\"role\":\"user\",\"content\":\"\"}]}"},
    {"parts", OPENAI_CHAT, PARTS, "{\"type\":\"text\",\"text\":\"\"},",
     "{\"type\":\"text\",\"text\":\"\"}]}]}"},
    {"bad_part", OPENAI_CHAT, PARTS, "\"\",", "5]}]}"},
    {"tokens", OPENAI_EMBEDDINGS, "{\"model\":\"m\",\"input\":[", "1,", "1]}"},
    {"biases", OPENAI_CHAT, "{\"model\":\"m\",\"logit_bias\":{", "\"\":1,", "\"\":1}}"},
    {"numbers", OPENAI_UNKNOWN, OTHER "[", "-1.5e+10,", "1]}"},
    {"digits", OPENAI_UNKNOWN, OTHER, "12345678", "}"},
    {"temperature", OPENAI_CHAT, "{\"temperature\":0.", "12345678", "}"},
    {"strings", OPENAI_UNKNOWN, OTHER "[", "\"\",", "1]}"},
    {"arrays", OPENAI_UNKNOWN, OTHER "[", "[],", "1]}"},
    {"nested", OPENAI_UNKNOWN, OTHER "[", "[[[[[[[[1]]]]]]]],", "1]}"},
    {"objects", OPENAI_UNKNOWN, OTHER "[", "{\"\":{}},", "1]}"},
    {"keys", OPENAI_CHAT, "{", "\"a\":1,", "\"model\":\"m\"}"},
    {"likely_keys", OPENAI_CHAT, "{", "\"mode1\":1,", "\"model\":\"m\"}"},
    {"escaped_keys", OPENAI_CHAT, "{", "\"\\u006d\":1,", "\"model\":\"m\"}"},
    {"long_key", OPENAI_CHAT, "{\"", "\\u006d", "\":1}"},
    {"space", OPENAI_UNKNOWN, OTHER, " ", "1}"},
    {"too_deep", OPENAI_UNKNOWN, OTHER, "[", "1}"},
    {"not_json", OPENAI_CHAT, CHAT, "x", "\n"},
};
const size_t costly_request_count = sizeof costly_requests / sizeof *costly_requests;

int costly_request_write(struct buffer *out, const struct costly_request *request, size_t size)
{
    int r = buffer_append(out, bytes_from_cstr(request->start));
    while (r == 0 && out->length + strlen(request->piece) + strlen(request->end) <= size)
        r = buffer_append(out, bytes_from_cstr(request->piece));
    return r == 0 ? buffer_append(out, bytes_from_cstr(request->end)) : r;
}
