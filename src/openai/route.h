/* SPDX-License-Identifier: Apache-2.0
 *
 * route - the paths of the API that we know.
 *
 * Threads  any.
 * Errors   none: what we do not know is OPENAI_UNKNOWN.
 */
#ifndef OPENAI_ROUTE_H
#define OPENAI_ROUTE_H

#include "openai/error.h"

enum openai_route {
    OPENAI_CHAT,            /* POST /v1/chat/completions */
    OPENAI_COMPLETIONS,     /* POST /v1/completions */
    OPENAI_EMBEDDINGS,      /* POST /v1/embeddings */
    OPENAI_RESPONSES,       /* POST /v1/responses */
    OPENAI_STORED_RESPONSE, /* any method on what is below /v1/responses/; the body is not read */
    OPENAI_MESSAGES,        /* POST /v1/messages */
    OPENAI_COUNT_TOKENS,    /* POST /v1/messages/count_tokens */
    OPENAI_MODELS,          /* GET  /v1/models, /v1/models/{id} */
    OPENAI_UNKNOWN,
};

extern const char *const openai_route_names[];

/* By path alone; `ret_rest` is what follows the version prefix, for the upstream's base path:
 * "/chat/completions". */
enum openai_route openai_route_of(struct bytes path, struct bytes *ret_rest);
/* Its body is a request that openai_request_read() understands. */
bool openai_route_has_request(enum openai_route route);
/* What its clients take for an error. */
enum openai_error_shape openai_route_error_shape(enum openai_route route);

#endif
