/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo/screen.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#define ENTER "\033[?1049h\033[?25l\033[2J" /* the second screen, no cursor, nothing on it */
#define LEAVE "\033[?25h\033[?1049l"
#define PLAIN_COLUMNS 80 /* where there is no window to fit */

struct demo_screen {
    struct terminal *terminal;
    struct demo_abilities abilities;
    bool is_live;
    struct buffer text; /* of one page */
};

static const char *environment_get(const char *name)
{
    return getenv(name);
}

static void put(struct demo_screen *screen, const char *text)
{
    (void)terminal_write(screen->terminal, bytes_from_cstr(text)); /* on_broken() tells */
}

int demo_screen_open(struct demo_screen **ret_screen, struct loop *loop,
                     const struct demo_settings *settings, const struct terminal_events *events,
                     void *user)
{
    struct demo_screen *screen = calloc(1, sizeof *screen);
    if (!screen)
        return -ENOMEM;
    buffer_init(&screen->text, 0, NULL);
    int r = terminal_open(&screen->terminal, loop, events, user);
    if (r < 0) {
        free(screen);
        return r;
    }
    bool is_seen = terminal_is_seen(screen->terminal);
    screen->abilities = demo_abilities_read(environment_get);
    screen->abilities.has_colour &= is_seen && screen->abilities.can_move;
    screen->is_live = is_seen && screen->abilities.can_move && !settings->is_plain;
    if (screen->is_live)
        put(screen, ENTER);
    *ret_screen = screen;
    return 0;
}

bool demo_screen_is_live(const struct demo_screen *screen)
{
    return screen->is_live;
}

/* One column is left free: a full line makes some terminals begin the next one. */
static struct demo_page new_page(struct demo_screen *screen, bool is_frame)
{
    struct terminal_size size = terminal_size(screen->terminal);
    bool is_seen = terminal_is_seen(screen->terminal);
    buffer_clear(&screen->text);
    return (struct demo_page){
        .out = &screen->text,
        .columns = (is_seen ? size.columns : PLAIN_COLUMNS) - 1,
        .rows = is_frame ? size.rows : 0,
        .has_colour = screen->abilities.has_colour,
        .has_utf8 = screen->abilities.has_utf8,
        .is_frame = is_frame,
    };
}

/* A page that found no memory is not shown; the next one may be. */
static void put_page(struct demo_screen *screen, const struct demo_page *page)
{
    if (page->status == 0)
        (void)terminal_write(screen->terminal, buffer_bytes(page->out));
}

void demo_screen_draw(struct demo_screen *screen, const struct demo_facts *facts)
{
    if (!screen->is_live || !terminal_is_idle(screen->terminal))
        return;
    struct demo_page page = new_page(screen, true);
    demo_view_picture(&page, facts);
    put_page(screen, &page);
}

void demo_screen_write(struct demo_screen *screen, demo_view_fn *view,
                       const struct demo_facts *facts)
{
    struct demo_page page = new_page(screen, false);
    view(&page, facts);
    put_page(screen, &page);
}

void demo_screen_write_news(struct demo_screen *screen, const struct demo_news_line *line)
{
    struct demo_page page = new_page(screen, false);
    demo_news_write(&page, line);
    put_page(screen, &page);
}

void demo_screen_leave(struct demo_screen *screen)
{
    if (screen->is_live)
        put(screen, LEAVE);
    screen->is_live = false;
}

/* The process goes on inside raise(), when it is continued. */
void demo_screen_stop(struct demo_screen *screen)
{
    if (screen->is_live)
        put(screen, LEAVE);
    demo_screen_finish(screen);
    raise(SIGSTOP);
    if (screen->is_live)
        put(screen, ENTER);
}

int demo_screen_finish(struct demo_screen *screen)
{
    return terminal_finish(screen->terminal);
}

void demo_screen_close(struct demo_screen *screen)
{
    if (!screen)
        return;
    demo_screen_leave(screen);
    demo_screen_finish(screen);
    terminal_close(screen->terminal);
    buffer_clear(&screen->text);
    free(screen);
}
