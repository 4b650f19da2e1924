/* SPDX-License-Identifier: Apache-2.0
 *
 * question - what a client of a world asks, unlike any other question in it, and the shapes in
 * which its bytes may travel.
 *
 * Memory   question_clear() frees the body. Errors: running out of memory ends the test.
 */
#ifndef TESTS_SIM_QUESTION_H
#define TESTS_SIM_QUESTION_H

#include "customer.h"
#include "models.h"

enum question_kind {
    ASK_PLAIN,
    ASK_STREAM,
    ASK_LARGE,       /* a plain answer that does not fit the window */
    ASK_LONG_STREAM, /* the same as a stream */
    ASK_PROMPT,      /* a chat that has a prompt instead of messages */
    ASK_RESPONSE,    /* a stream of the Responses API */
    ASK_MESSAGE,     /* a stream of Anthropic's API */
    ASK_EMBEDDING,
    ASK_RERANK, /* a route of the configuration */
    ASK_ECHO,   /* one that takes any bytes */
    ASK_MODELS,
    ASK_ONE_MODEL,
    ASK_NONSENSE,    /* no JSON: 400 */
    ASK_BAD_MESSAGE, /* the same, in Anthropic's shape */
    ASK_NOWHERE,     /* an unknown path: 404 */
    ASK_MISSING,     /* a model that nobody has: 404 */
    ASK_KINDS
};

/* What a question may be like. With one of the first two it has the simplest shape. */
struct question_plan {
    bool only_answers;                 /* what must be answered with 200 */
    unsigned asks_only;                /* 1 + the kind of every question; 0: drawn */
    unsigned large_tokens;             /* of ASK_LARGE */
    unsigned long_tokens;              /* of ASK_LONG_STREAM */
    const struct world_models *models; /* NULL: there is "sim" alone */
    const char *model;                 /* of every question; NULL: drawn */
    struct customer *customer;         /* NULL: the edge is open */
    bool is_hardly_asked;              /* struct customer_wish */
};

struct question {
    enum question_kind kind;
    char id[32]; /* its x-request-id */
    const char *model;
    const struct world_models *models; /* NULL: there is "sim" alone */
    bool knows_all;                    /* each model must be listed */
    bool is_denied;                    /* it has a field that nobody takes who has the model */
    unsigned tokens;
    uint64_t prompt_hash;  /* of what an engine makes tokens by; of the body where there are none */
    uint64_t wrapped_hash; /* the same, if the edge has made a message of the prompt */
    uint64_t deadline_ms;  /* said to the edge; 0: none */
    bool is_head;          /* HEAD, not GET */
    bool is_chunked;
    bool expects_continue; /* its body waits for 100 Continue */
    struct customer *customer;
    struct permission permission; /* as it was when it was asked */
    struct buffer body;
};

/* `id` is unlike any other's. */
void question_draw(struct question *question, struct random *random,
                   const struct question_plan *plan, const char *id);
void question_write_head(const struct question *question, struct buffer *out);
/* The body with its framing. */
void question_write_body(const struct question *question, struct random *random,
                         struct buffer *out);
void question_clear(struct question *question);

/* Whether it is answered with an event stream, if all goes well. */
bool question_is_stream(const struct question *question);
/* The status that the edge has to refuse it with; 0: it has not. */
unsigned question_refusal(const struct question *question);
bool question_is_wrong(const struct question *question);
/* How many an engine makes for it, if all goes well. */
unsigned question_answer_tokens(const struct question *question);
/* Whether this customer may be refused it with that status, be it right or wrong. */
bool question_may_be_denied(const struct question *question, unsigned status);

#endif
