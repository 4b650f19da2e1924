/* SPDX-License-Identifier: Apache-2.0
 *
 * play - the story as it is played: clients come and go, a core dies and comes back, and what
 * clients and edge say of it becomes news on the screen.
 *
 * Memory   the caller embeds the struct, zeroed but for what is borrowed; demo_play_close().
 * Threads  its loop.
 * Errors   demo_play_begin(): -errno.
 */
#ifndef CLI_DEMO_PLAY_H
#define CLI_DEMO_PLAY_H

#include "cli/demo/screen.h"
#include "cli/demo/site.h"
#include "cli/demo/traffic.h"

struct demo_play {
    /* Borrowed. */
    const struct demo_settings *settings;
    struct loop *loop;
    struct demo_screen *screen;
    struct demo_site *site;

    struct demo_traffic *traffic; /* NULL: closed */
    struct demo_statistics statistics;
    struct demo_news news;
    char edge[ADDRESS_TEXT_BYTES];
    size_t scene;
    uint64_t began_ns, ended_ns;  /* 0: not yet */
    uint64_t status_due_ms;       /* the next plain line that says how things are */
    unsigned told[DEMO_OUTCOMES]; /* lines about requests that ended so, in this scene */
    bool was_avoided[DEMO_CORES];
    bool is_interrupted;
};

/* The edge listens: the first scene. */
int demo_play_begin(struct demo_play *play);
/* A line of the edge's log. */
void demo_play_hear(struct demo_play *play, struct bytes line);
/* Several times a second: looks at the cores, and shows how things are. */
void demo_play_look(struct demo_play *play);
/* The next scene, if it is time; false: the story is told. */
bool demo_play_go_on(struct demo_play *play);
/* Nobody comes any more, because somebody is in a hurry. */
void demo_play_interrupt(struct demo_play *play);
/* Whether all clients have what they came for. */
bool demo_play_is_quiet(const struct demo_play *play);
/* Leaves the picture and writes what came of it; false: an answer was cut without a word. Once is
 * enough. */
bool demo_play_sum_up(struct demo_play *play, demo_view_fn *what_next);
/* Clients that are still there leave. */
void demo_play_close(struct demo_play *play);

#endif
