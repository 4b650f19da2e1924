/* SPDX-License-Identifier: Apache-2.0
 *
 * news - what has happened lately, a line each, and the few things that matter to the story.
 *
 * Units    milliseconds since the demonstration began.
 * Memory   the caller embeds the struct, zeroed. The newest DEMO_NEWS_KEPT lines of either kind are
 *          kept.
 * Threads  belongs to its owner.
 * Errors   none: long lines are cut.
 */
#ifndef CLI_DEMO_NEWS_H
#define CLI_DEMO_NEWS_H

#include "cli/demo/page.h"
#include "cli/demo/request.h"
#include "cli/demo/statistics.h"

#define DEMO_NEWS_KEPT 64
#define DEMO_NEWS_BYTES 120

struct demo_news_line {
    uint64_t at_ms;
    enum demo_style style;
    char text[DEMO_NEWS_BYTES];
};

struct demo_news_lines {
    struct demo_news_line at[DEMO_NEWS_KEPT];
    size_t count; /* ever */
};

struct demo_news {
    struct demo_news_lines requests; /* that are done with */
    struct demo_news_lines told;     /* what matters to the story */
};

/* A request that is done with. */
struct demo_request_news {
    enum demo_kind kind;
    const char *core; /* NULL: none, the edge itself */
    unsigned status;
    uint64_t tokens, took_ns;
    struct demo_result result;
};

const struct demo_news_line *demo_news_add(struct demo_news *news, uint64_t at_ms,
                                           const struct demo_request_news *request);
const struct demo_news_line *demo_news_tell(struct demo_news *news, uint64_t at_ms,
                                            const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* From the latest one, 0, backwards; NULL: there are no more. */
const struct demo_news_line *demo_news_request(const struct demo_news *news, size_t i);
const struct demo_news_line *demo_news_told(const struct demo_news *news, size_t i);
/* "   3.2 s  " */
void demo_news_write_time(struct demo_page *page, uint64_t at_ms);
/* The time and the text. */
void demo_news_write(struct demo_page *page, const struct demo_news_line *line);

#endif
