/* SPDX-License-Identifier: Apache-2.0
 *
 * error - the API's error object, as JSON body and as in-band event of a stream:
 *
 *   {"error":{"message":"...","type":"invalid_request_error","param":"model","code":"..."}}
 *
 * or, for clients of /v1/messages, in the shape of that API:
 *
 *   {"type":"error","error":{"type":"invalid_request_error","message":"..."}}
 *
 * Sources: the official clients' error classes; see docs/api.md.
 *
 * Memory   appends to the caller's buffer.
 * Threads  any.
 * Errors   0, -ENOBUFS, -ENOMEM from the buffer.
 */
#ifndef OPENAI_ERROR_H
#define OPENAI_ERROR_H

#include "base/buffer.h"

enum openai_error_shape {
    ERROR_SHAPE_OPENAI,
    ERROR_SHAPE_ANTHROPIC, /* has no param and no code; types differ */
};

struct openai_error {
    enum openai_error_shape shape;
    unsigned status;
    const char *type;     /* NULL: what the status implies */
    const char *code;     /* NULL: null */
    const char *param;    /* NULL: null */
    struct bytes message; /* a sentence that says what to do; any bytes, escaped here */
};

/* invalid_request_error (in the API's own shape also for 401), authentication_error,
 * permission_error, not_found_error, rate_limit_error, server_error, timeout_error ... by status.
 */
const char *openai_error_type(enum openai_error_shape shape, unsigned status);
int openai_error_write(struct buffer *out, const struct openai_error *error);
/* "data: {...}\n\n", for Anthropic's clients with "event: error\n" in front. */
int openai_error_write_event(struct buffer *out, const struct openai_error *error);

#endif
