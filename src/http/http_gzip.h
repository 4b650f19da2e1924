/* SPDX-License-Identifier: Apache-2.0
 *
 * http_gzip - decodes a body in gzip coding (RFC 1952), one member, and gives up on bombs.
 *
 * Memory   about 40 KiB from malloc while open, charged to the budget.
 * Threads  belongs to its owner.
 * Errors   http_gzip_open(): -ENOMEM.
 */
#ifndef HTTP_HTTP_GZIP_H
#define HTTP_HTTP_GZIP_H

#include "base/bytes.h"
#include "base/memory_budget.h"

/* The ratio is not looked at before so much was decoded: small texts may compress very well. */
#define HTTP_GZIP_FREE_BYTES 65536

struct http_gzip;

enum http_gzip_step {
    HTTP_GZIP_MORE,  /* all input is read, or `size` bytes are written */
    HTTP_GZIP_END,   /* the member is whole, its checksum right */
    HTTP_GZIP_WRONG, /* not gzip, or broken */
    HTTP_GZIP_BOMB,  /* decodes to more than `ratio` times its size */
    HTTP_GZIP_MEMORY,
};

int http_gzip_open(struct http_gzip **ret_gzip, unsigned ratio, struct memory_budget *budget);
/* Shortens *input from the front; writes at most `size` bytes. */
enum http_gzip_step http_gzip_decode(struct http_gzip *gzip, struct bytes *input, char *out,
                                     size_t size, size_t *ret_written);
void http_gzip_free(struct http_gzip *gzip);

#endif
