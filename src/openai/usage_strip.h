/* SPDX-License-Identifier: Apache-2.0
 *
 * usage_strip - takes the chunk that only tells usage (`"choices":[]` and a "usage" object) out of
 * a stream whose client did not ask for it, while usage_scan reads it. Every other byte passes as
 * it came, and at once, but for the beginning of an event that may still be such a chunk: that is
 * held back until it is known, or longer than USAGE_STRIP_HELD, and then passes.
 *
 * Whoever counts bytes of the answer must count what comes out here.
 *
 * Memory   the caller embeds the struct, some 2 KiB; nothing allocates. What comes out are views of
 *          what went in, or of what was held.
 * Threads  belongs to its owner.
 * Errors   those of the sink, which ends the feeding.
 */
#ifndef OPENAI_USAGE_STRIP_H
#define OPENAI_USAGE_STRIP_H

#include "openai/usage_scan.h"

#define USAGE_STRIP_HELD 2048

/* Takes some bytes of the answer, in order and never none; 0 or -errno. */
typedef int usage_strip_sink(void *user, struct bytes piece);

struct usage_strip {
    struct usage_scan scan; /* of all that came, what was taken out included */
    bool is_passing;        /* the event that is being read is none to take out */
    bool has_dropped;       /* the event that has ended was one */
    size_t held_length;
    char held[USAGE_STRIP_HELD];
};

void usage_strip_init(struct usage_strip *strip);
int usage_strip_feed(struct usage_strip *strip, struct bytes bytes, usage_strip_sink *sink,
                     void *user);
/* The answer has ended: what is held back passes. */
int usage_strip_end(struct usage_strip *strip, usage_strip_sink *sink, void *user);

#endif
