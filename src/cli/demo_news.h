/* SPDX-License-Identifier: Apache-2.0
 *
 * demo_news - what has happened lately, a line each, and the few things that matter to the story.
 *
 * Units    milliseconds since the demonstration began.
 * Memory   the caller embeds the struct, zeroed. The newest DEMO_NEWS_KEPT lines are kept, and the
 *          first DEMO_NEWS_TOLD that matter.
 * Threads  belongs to its owner.
 * Errors   none: long lines are cut.
 */
#ifndef CLI_DEMO_NEWS_H
#define CLI_DEMO_NEWS_H

#include "cli/demo_page.h"
#include "cli/demo_request.h"
#include "cli/demo_statistics.h"

#define DEMO_NEWS_KEPT 64
#define DEMO_NEWS_TOLD 16
#define DEMO_NEWS_BYTES 120

struct demo_news_line {
    uint64_t at_ms;
    enum demo_style style;
    char text[DEMO_NEWS_BYTES];
};

struct demo_news {
    struct demo_news_line lines[DEMO_NEWS_KEPT];
    size_t count; /* ever */
    struct demo_news_line told[DEMO_NEWS_TOLD];
    size_t told_count;
};

/* A request that is done with. */
struct demo_request_news {
    enum demo_kind kind;
    const char *core; /* NULL: none, the edge itself */
    unsigned status;
    uint64_t tokens, took_ns;
    struct demo_result result;
};

const struct demo_news_line *demo_news_request(struct demo_news *news, uint64_t at_ms,
                                               const struct demo_request_news *request);
/* Something that matters to the story; it is among the latest lines as well. */
const struct demo_news_line *demo_news_tell(struct demo_news *news, uint64_t at_ms,
                                            const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* From the latest one, 0, backwards; NULL: there are no more. */
const struct demo_news_line *demo_news_latest(const struct demo_news *news, size_t i);
/* "   3.2 s  " */
void demo_news_write_time(struct demo_page *page, uint64_t at_ms);
/* The time and the text. */
void demo_news_write(struct demo_page *page, const struct demo_news_line *line);

#endif
