/* SPDX-License-Identifier: Apache-2.0
 *
 * head - what stands before a body: a request's or an answer's first line and its fields
 * (RFC 9110 sections 5 to 9), the same for HTTP/1.1 and later versions.
 *
 * Memory   views; they live as long as the exchange or request that they came with.
 * Threads  read-only.
 */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"

struct http_field {
    struct bytes name; /* as it came; compared without regard to case */
    struct bytes value;
};

struct http_fields {
    const struct http_field *at;
    size_t count;
};

#define HTTP_LENGTH_UNKNOWN UINT64_MAX

struct http_request_head {
    struct bytes method;
    struct bytes target;    /* as it came */
    struct bytes path;      /* of the target, before '?' */
    struct bytes query;     /* behind '?', may be empty */
    struct bytes authority; /* Host or :authority, valid; may be empty in HTTP/1.0 */
    struct http_fields fields;
    uint64_t content_length; /* HTTP_LENGTH_UNKNOWN: chunked; 0: none */
    unsigned version;        /* 10, 11, 20 */
    bool expects_continue;
};

struct http_answer_head {
    unsigned status;
    struct http_fields fields;
    uint64_t content_length; /* HTTP_LENGTH_UNKNOWN: chunked or until close */
    bool is_last;            /* the server's: the connection ends behind it */
};

/* The first field of that name; NULL if there is none. */
const struct http_field *http_field_find(struct http_fields fields, struct bytes name);
/* Its value; empty (at == NULL) if there is none. */
struct bytes http_field_value(struct http_fields fields, struct bytes name);
/* Whether a comma-separated list in all fields of that name has the token, in any case. */
bool http_field_has_token(struct http_fields fields, struct bytes name, struct bytes token);
/* Connection, Keep-Alive, Proxy-*, TE, Trailer, Transfer-Encoding, Upgrade, and what Connection
 * names (RFC 9110 section 7.6.1): not for the next hop. */
bool http_field_is_hop_by_hop(struct http_fields fields, struct bytes name);
/* What that needs to know of a whole head, asked for once: all its fields if one of them is
 * Connection, else none. */
struct http_fields http_fields_of_connection(struct http_fields fields);
/* Copies those fields that `keep`, told http_fields_of_connection(), takes in one piece, with room
 * for `spare` more behind them; NULL: out of memory. */
typedef bool http_field_keep_fn(struct http_fields fields, struct bytes name);
struct http_field *http_fields_copy(struct arena *arena, struct http_fields from,
                                    http_field_keep_fn *keep, size_t spare, size_t *ret_count);
/* RFC 9110 section 15; "" for codes it does not name. */
const char *http_status_text(unsigned status);

#endif
