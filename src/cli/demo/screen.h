/* SPDX-License-Identifier: Apache-2.0
 *
 * screen - the demonstration on standard output: a live picture on the terminal's second
 * screen, or plain lines. The first screen, its cursor and its history come back however the
 * demonstration ends.
 *
 * Memory   the screen is the caller's until demo_screen_close(), which leaves the picture.
 * Threads  its loop.
 * Errors   0 or -errno; on_broken() of the events when nobody reads any more.
 */
#ifndef CLI_DEMO_SCREEN_H
#define CLI_DEMO_SCREEN_H

#include "cli/demo/settings.h"
#include "cli/demo/view.h"
#include "loop/terminal.h"

struct demo_screen;

int demo_screen_open(struct demo_screen **ret_screen, struct loop *loop,
                     const struct demo_settings *settings, const struct terminal_events *events,
                     void *user);
/* Whether there is a picture; else lines are written as things happen. */
bool demo_screen_is_live(const struct demo_screen *screen);
/* Draws the picture, unless the terminal has not taken the last one yet. */
void demo_screen_draw(struct demo_screen *screen, const struct demo_facts *facts);
/* Appends lines below all others; not while the picture is shown. */
void demo_screen_write(struct demo_screen *screen, demo_view_fn *view,
                       const struct demo_facts *facts);
void demo_screen_write_news(struct demo_screen *screen, const struct demo_news_line *line);
/* Back to the first screen, for good: from now on there are lines. */
void demo_screen_leave(struct demo_screen *screen);
/* Back to it for as long as the process is stopped (Ctrl-Z). */
void demo_screen_stop(struct demo_screen *screen);
/* Waits until all is written. */
int demo_screen_finish(struct demo_screen *screen);
void demo_screen_close(struct demo_screen *screen);

#endif
