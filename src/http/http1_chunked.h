/* SPDX-License-Identifier: Apache-2.0
 *
 * http1_chunked - reads a body in chunked coding (RFC 9112 section 7.1), strictly.
 *
 * Sizes are 1 to 16 hexadecimal digits below 2^63, without sign, prefix or blank; lines end with
 * CR LF; extensions keep to the grammar without its "bad whitespace"; extensions and trailers are
 * limited, read and dropped. A trailer may not be a framing field.
 *
 * Memory   the caller embeds the struct (zeroed: at the start); data is handed out as views.
 * Threads  any.
 */
#ifndef HTTP_HTTP1_CHUNKED_H
#define HTTP_HTTP1_CHUNKED_H

#include "base/bytes.h"

#define HTTP1_EXTENSION_LIMIT_BYTES 16384 /* of one body's chunks together */
#define HTTP1_TRAILER_LIMIT_BYTES 8192    /* of one body */
#define HTTP1_TRAILER_NAME_BYTES 20       /* enough to know a framing field */

enum http1_chunked_state {
    HTTP1_CHUNKED_SIZE,
    HTTP1_CHUNKED_EXTENSION_NAME,
    HTTP1_CHUNKED_EXTENSION_VALUE,
    HTTP1_CHUNKED_EXTENSION_QUOTED,
    HTTP1_CHUNKED_EXTENSION_ESCAPED,
    HTTP1_CHUNKED_EXTENSION_AFTER_QUOTED,
    HTTP1_CHUNKED_SIZE_LF,
    HTTP1_CHUNKED_DATA,
    HTTP1_CHUNKED_DATA_LF,
    HTTP1_CHUNKED_TRAILER_NAME,
    HTTP1_CHUNKED_TRAILER_VALUE,
    HTTP1_CHUNKED_TRAILER_LF,
    HTTP1_CHUNKED_END_LF,
    HTTP1_CHUNKED_ENDED,
    HTTP1_CHUNKED_BROKEN,
};

struct http1_chunked {
    enum http1_chunked_state state;
    uint64_t left; /* data bytes of the present chunk still to come */
    uint32_t extension_bytes, trailer_bytes;
    uint8_t token_bytes; /* digits of a size, or bytes of a name, so far; stops at its limit */
    char trailer_name[HTTP1_TRAILER_NAME_BYTES];
};

enum http1_chunked_step {
    HTTP1_CHUNKED_MORE,  /* all input is read */
    HTTP1_CHUNKED_READY, /* some data, or: data is next but `most` is 0 */
    HTTP1_CHUNKED_LAST,  /* the body has ended; what follows is not its */
    HTTP1_CHUNKED_WRONG, /* and stays so */
};

/* Reads on in *input, which it shortens from the front, up to and with one piece of data of at most
 * `most` bytes. */
enum http1_chunked_step http1_chunked_next(struct http1_chunked *chunked, struct bytes *input,
                                           uint64_t most, struct bytes *ret_data);
/* Takes back the last `count` bytes of the piece that was just handed out: the caller puts them
 * back in front of its input. */
void http1_chunked_put_back(struct http1_chunked *chunked, size_t count);

#endif
