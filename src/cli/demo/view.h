/* SPDX-License-Identifier: Apache-2.0
 *
 * view - the demonstration as pages of text: the live picture, and the plain lines for where
 * there is no terminal. Pure: facts in, bytes out.
 *
 * Memory   only reads the facts; appends to the page's buffer.
 * Threads  any.
 * Errors   in the page's status.
 */
#ifndef CLI_DEMO_VIEW_H
#define CLI_DEMO_VIEW_H

#include "cli/demo/news.h"
#include "cli/demo/page.h"
#include "cli/demo/site.h"
#include "cli/demo/story.h"

struct demo_facts {
    const char *program; /* as it was called */
    const char *edge;    /* its address */
    const struct demo_statistics *statistics;
    const struct demo_news *news;
    struct demo_core_facts cores[DEMO_CORES];
    size_t scene;
    uint64_t began_ns, now_ns;
    uint64_t whole_ms; /* how long the story is */
    uint64_t seed;
    bool is_interrupted;
};

typedef void demo_view_fn(struct demo_page *page, const struct demo_facts *facts);

/* As large as the page. */
void demo_view_picture(struct demo_page *page, const struct demo_facts *facts);

/* Who is there, and how they are joined. */
void demo_view_opening(struct demo_page *page, const struct demo_facts *facts);
/* A scene's title and words. */
void demo_view_scene(struct demo_page *page, const struct demo_facts *facts);
/* One line: how things are. */
void demo_view_status(struct demo_page *page, const struct demo_facts *facts);
/* What mattered, again: for who has seen it in a picture that is gone. */
void demo_view_recap(struct demo_page *page, const struct demo_facts *facts);
/* What came of it. */
void demo_view_summary(struct demo_page *page, const struct demo_facts *facts);
/* What to run next; and, for who stays, lines to paste into another terminal. */
void demo_view_next(struct demo_page *page, const struct demo_facts *facts);
void demo_view_invitation(struct demo_page *page, const struct demo_facts *facts);

#endif
