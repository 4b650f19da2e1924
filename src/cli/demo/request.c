/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo/request.h"

#include <inttypes.h>

#include "config/printer.h"

#define MODEL "sim"
#define WORDS_LEAST 200 /* of the notes in a long prompt */
#define WORDS_MOST 3000

typedef void write_fn(struct printer *body, struct random *random, bool is_stream);

static const char *const questions[] = {
    "Why is the sky blue?",
    "Write a haiku about two seas and the land between them.",
    "What is the difference between a thread and a process?",
    "Translate to French: the train to the coast leaves at nine.",
    "Plan three days in Lisbon for a family that likes trams.",
    "Explain continuous batching to a ten-year-old.",
    "Give me a name for a lighthouse.",
    "What should I check before I merge this change?",
};

static const char *const words[] = {"harbour", "tide",  "ship", "crane",  "cargo", "pilot",
                                    "wind",    "light", "rope", "anchor", "chart", "buoy"};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* A question, and every fourth time a document to go with it: prompts differ in length. */
static void write_prompt(struct printer *body, struct random *random)
{
    PRINT(body, "%s", questions[random_below(random, COUNT(questions))]);
    if (!random_chance(random, 1, 4))
        return;
    PRINT(body, " Use these notes:");
    for (uint64_t left = random_between(random, WORDS_LEAST, WORDS_MOST); left > 0; left--)
        PRINT(body, " %s", words[random_below(random, COUNT(words))]);
}

/* What follows the prompt in all bodies that generate. */
static void write_end(struct printer *body, struct random *random, bool is_stream)
{
    PRINT(body, ",\"max_tokens\":%" PRIu64, random_between(random, 40, 300));
    if (is_stream)
        PRINT(body, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    PRINT(body, "}");
}

static void write_chat(struct printer *body, struct random *random, bool is_stream)
{
    PRINT(body, "{\"model\":\"" MODEL "\",\"messages\":["
                "{\"role\":\"system\",\"content\":\"You are brief and kind.\"},"
                "{\"role\":\"user\",\"content\":\"");
    write_prompt(body, random);
    PRINT(body, "\"}]");
    write_end(body, random, is_stream);
}

static void write_text(struct printer *body, struct random *random, bool is_stream)
{
    PRINT(body, "{\"model\":\"" MODEL "\",\"prompt\":\"");
    write_prompt(body, random);
    PRINT(body, "\"");
    write_end(body, random, is_stream);
}

static void write_input(struct printer *body, struct random *random, bool is_stream)
{
    PRINT(body, "{\"model\":\"" MODEL "\",\"input\":\"");
    write_prompt(body, random);
    PRINT(body, "\"}");
}

static void write_nothing(struct printer *body, struct random *random, bool is_stream)
{
}

static void write_half_an_object(struct printer *body, struct random *random, bool is_stream)
{
    PRINT(body, "{\"model\":\"" MODEL "\",\"messages\":[");
}

static void write_no_messages(struct printer *body, struct random *random, bool is_stream)
{
    PRINT(body, "{\"model\":\"" MODEL "\"}");
}

#define CHAT_PATH "/v1/chat/completions"
#define TEXT_PATH "/v1/completions"

/* Weights in a hundred. */
static const struct {
    const char *name, *method, *path;
    write_fn *write;
    bool is_stream;
    unsigned weight;
} kinds[] = {
    [DEMO_CHAT_STREAM] = {"chat, streamed", "POST", CHAT_PATH, write_chat, true, 42},
    [DEMO_CHAT] = {"chat", "POST", CHAT_PATH, write_chat, false, 13},
    [DEMO_TEXT_STREAM] = {"completion, streamed", "POST", TEXT_PATH, write_text, true, 10},
    [DEMO_TEXT] = {"completion", "POST", TEXT_PATH, write_text, false, 6},
    [DEMO_EMBEDDING] = {"embedding", "POST", "/v1/embeddings", write_input, false, 10},
    [DEMO_MODELS] = {"list of models", "GET", "/v1/models", write_nothing, false, 3},
    [DEMO_LEAVER] = {"chat, client leaves", "POST", CHAT_PATH, write_chat, true, 8},
    [DEMO_NO_JSON] = {"half a JSON object", "POST", CHAT_PATH, write_half_an_object, false, 3},
    [DEMO_NO_MESSAGES] = {"chat without messages", "POST", CHAT_PATH, write_no_messages, false, 3},
    [DEMO_NO_PATH] = {"unknown path", "GET", "/v1/weather", write_nothing, false, 2},
};

const char *demo_kind_name(enum demo_kind kind)
{
    return kinds[kind].name;
}

int demo_request_make(struct demo_request *ret_request, enum demo_kind kind, struct random *random)
{
    *ret_request =
        (struct demo_request){.kind = kind, .method = kinds[kind].method, .path = kinds[kind].path};
    buffer_init(&ret_request->body, 0, NULL);
    struct printer body = {.out = &ret_request->body};
    kinds[kind].write(&body, random, kinds[kind].is_stream);
    if (kind == DEMO_LEAVER)
        ret_request->leave_after = random_between(random, 3, 20);
    if (body.status < 0)
        demo_request_clear(ret_request);
    return body.status;
}

static enum demo_kind draw_kind(struct random *random)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < DEMO_KINDS; i++)
        sum += kinds[i].weight;
    uint64_t left = random_below(random, sum);
    enum demo_kind kind = DEMO_CHAT_STREAM;
    while (left >= kinds[kind].weight)
        left -= kinds[kind++].weight;
    return kind;
}

int demo_request_draw(struct demo_request *ret_request, struct random *random)
{
    return demo_request_make(ret_request, draw_kind(random), random);
}

void demo_request_clear(struct demo_request *request)
{
    buffer_clear(&request->body);
}
