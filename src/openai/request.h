/* SPDX-License-Identifier: Apache-2.0
 *
 * request - the facts an edge decides on, read from a request body whose bytes stay as they are.
 *
 * Refused with a sentence: what is no JSON object, nested deeper than OPENAI_DEPTH_LIMIT, not
 * UTF-8, has a key twice that we decide on, has one in another letter case (some engines' readers
 * take "Stream" for "stream"), has one of the wrong type, or lacks one that its route needs.
 * Unknown fields are not looked at.
 *
 * Memory   the body is only read; model and messages are copies in the arena. Scratch comes from
 * the arena's pool and is back before the call returns: about 4 bytes a byte of prose, 23 for the
 * worst body. Threads  any. Errors   -EINVAL with *ret_error filled (status 400, param); -ENOMEM.
 */
#ifndef OPENAI_REQUEST_H
#define OPENAI_REQUEST_H

#include "base/arena.h"
#include "openai/error.h"

#define OPENAI_DEPTH_LIMIT 64

enum openai_route {
    OPENAI_CHAT,        /* POST /v1/chat/completions */
    OPENAI_COMPLETIONS, /* POST /v1/completions */
    OPENAI_EMBEDDINGS,  /* POST /v1/embeddings */
    OPENAI_MODELS,      /* GET  /v1/models, /v1/models/{id} */
    OPENAI_UNKNOWN,
};

extern const char *const openai_route_names[];

/* By path alone; `ret_rest` is what follows the version prefix, for the upstream's base path:
 * "/chat/completions". */
enum openai_route openai_route_of(struct bytes path, struct bytes *ret_rest);

struct openai_request {
    struct bytes model; /* decoded */
    bool stream;
    bool include_usage;  /* stream_options.include_usage */
    bool has_max_tokens; /* by max_tokens or max_completion_tokens; the larger if both are there */
    uint64_t max_tokens;
};

int openai_request_read(struct openai_request *ret_request, enum openai_route route,
                        struct bytes body, struct arena *arena, struct openai_error *ret_error);

#endif
