/* SPDX-License-Identifier: Apache-2.0
 *
 * line_end - where the lines of an event stream end: at a newline, a carriage return, or both
 * (WHATWG HTML, "Server-sent events"). Each byte is looked at once, however the two are mixed.
 *
 * Memory   the caller embeds the struct, zeroed, for one piece of the stream.
 * Threads  belongs to its owner.
 */
#ifndef OPENAI_LINE_END_H
#define OPENAI_LINE_END_H

#include "base/bytes.h"

struct line_ends {
    const char *newline, *cr; /* the last ones found */
};

/* The next `end_of_line` at or behind `at`, or `end`; `found` is the last answer. */
static inline const char *line_end_next(const char *found, const char *at, const char *end,
                                        char end_of_line)
{
    if (found && found >= at)
        return found;
    found = (const char *)memchr(at, end_of_line, (size_t)(end - at));
    return found ? found : end;
}

/* The next end of a line at or behind `at`, which never goes back; `end`: none is left. */
static inline const char *line_end_find(struct line_ends *ends, const char *at, const char *end)
{
    ends->newline = line_end_next(ends->newline, at, end, '\n');
    ends->cr = line_end_next(ends->cr, at, end, '\r');
    return ends->newline < ends->cr ? ends->newline : ends->cr;
}

#endif
