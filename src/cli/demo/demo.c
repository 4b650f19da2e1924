/* SPDX-License-Identifier: Apache-2.0
 *
 * The demonstration as a process: what it is told, what it opens, and its ends.
 */
#include "cli/demo/demo.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/demo/play.h"
#include "loop/timer.h"

#define TICK_NS (100 * NS_PER_MS)
#define LAST_ANSWERS_NS (2 * NS_PER_S) /* from the edge's end until its last bytes are read */
#define STATUS_CUT_SHORT 130           /* as shells say of whom SIGINT ended */
#define SIGNALS_WATCHED 5

enum demo_state { DEMO_OPENING, DEMO_STORY, DEMO_STAYING, DEMO_ENDING, DEMO_CUTTING };

struct demo {
    struct demo_settings settings;
    struct loop *loop;
    struct demo_screen *screen;
    struct demo_site *site;
    struct demo_play play;
    struct signal_watch *signals[SIGNALS_WATCHED];
    struct timer tick;
    enum demo_state state;
    uint64_t stopped_ns; /* the edge; 0: it has not */
    int status;
};

/* ---- ends ---- */

/* The edge lets open requests end; on_stopped() follows. */
static void drain(struct demo *demo)
{
    demo->state = DEMO_ENDING;
    demo_site_drain(demo->site);
}

/* The clients go, and so does the edge; its on_stopped() is then a matter of milliseconds. */
static void cut_short(struct demo *demo, int status)
{
    if (demo->state == DEMO_CUTTING)
        return;
    demo->state = DEMO_CUTTING;
    demo->status = status;
    demo_play_close(&demo->play);
    demo_site_drain(demo->site);
    demo_site_drain(demo->site);
}

static void sum_up(struct demo *demo, demo_view_fn *what_next)
{
    if (!demo_play_sum_up(&demo->play, what_next))
        demo->status = COMMAND_FAILED;
}

static void end_story(struct demo *demo)
{
    if (!demo->settings.stays) {
        drain(demo);
        return;
    }
    demo->state = DEMO_STAYING;
    sum_up(demo, demo_view_invitation);
}

/* The edge's last bytes may still be on their way to clients. */
static bool has_ended(const struct demo *demo)
{
    return demo->stopped_ns > 0 && (demo_play_is_quiet(&demo->play) ||
                                    loop_now_ns(demo->loop) > demo->stopped_ns + LAST_ANSWERS_NS);
}

static void on_tick(struct timer *timer)
{
    struct demo *demo = CONTAINER_OF(timer, struct demo, tick);
    (void)timer_start(timer, loop_now_ns(demo->loop) + TICK_NS); /* its entry is known */
    demo_play_look(&demo->play);
    switch (demo->state) {
    case DEMO_OPENING:
    case DEMO_STAYING:
    case DEMO_CUTTING:
        break;
    case DEMO_STORY:
        if (!demo_play_go_on(&demo->play))
            end_story(demo);
        break;
    case DEMO_ENDING:
        if (has_ended(demo)) {
            sum_up(demo, demo_view_next);
            loop_stop(demo->loop);
        }
        break;
    }
}

/* ---- what comes from outside ---- */

static void on_line(void *user, struct bytes line)
{
    struct demo *demo = user;
    demo_play_hear(&demo->play, line);
}

static void on_ready(void *user)
{
    struct demo *demo = user;
    demo->play.screen = demo->screen;
    demo->play.site = demo->site;
    int r = demo_play_begin(&demo->play);
    if (r == 0)
        r = timer_start(&demo->tick, loop_now_ns(demo->loop) + TICK_NS);
    if (r < 0) {
        fprintf(stderr, "isthmus demo: cannot start: %s\n", strerror(-r));
        cut_short(demo, COMMAND_FAILED);
        return;
    }
    demo->state = DEMO_STORY;
}

static void on_stopped(void *user)
{
    struct demo *demo = user;
    demo->stopped_ns = loop_now_ns(demo->loop);
    if (demo->state == DEMO_CUTTING)
        loop_stop(demo->loop);
}

/* The first one asks, the second one insists. */
static void on_interrupt(void *user)
{
    struct demo *demo = user;
    if (demo->state == DEMO_OPENING || demo->state == DEMO_CUTTING || demo->play.is_interrupted) {
        cut_short(demo, STATUS_CUT_SHORT);
        return;
    }
    demo_play_interrupt(&demo->play);
    if (demo->state != DEMO_ENDING)
        drain(demo);
}

static void on_quit(void *user)
{
    cut_short(user, STATUS_CUT_SHORT);
}

static void on_stop(void *user)
{
    struct demo *demo = user;
    demo_screen_stop(demo->screen);
}

static void on_resize(void *user)
{
    struct demo *demo = user;
    if (demo->state == DEMO_STORY || demo->state == DEMO_ENDING)
        demo_play_look(&demo->play);
}

/* Whoever read us has left, such as `head`. */
static void on_broken(void *user, int error)
{
    cut_short(user, COMMAND_FAILED);
}

static int watch_signals(struct demo *demo)
{
    static const struct {
        int number;
        void (*on_signal)(void *user);
    } table[] = {{SIGINT, on_interrupt},
                 {SIGTERM, on_interrupt},
                 {SIGHUP, on_interrupt},
                 {SIGQUIT, on_quit},
                 {SIGTSTP, on_stop}};
    int r = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table && r == 0; i++)
        r = signal_watch_open(&demo->signals[i], demo->loop, table[i].number, table[i].on_signal,
                              demo);
    return r;
}

static int open_all(struct demo *demo, struct buffer *ret_why)
{
    static const struct terminal_events events = {on_resize, on_broken};
    const struct demo_site_options options = {
        .listen = demo->settings.listen,
        .seed = demo->settings.seed,
        .on_line = on_line,
        .on_ready = on_ready,
        .on_stopped = on_stopped,
        .user = demo,
    };
    timer_init(&demo->tick, demo->loop, on_tick);
    demo->play = (struct demo_play){.settings = &demo->settings, .loop = demo->loop};
    int r = demo_site_open(&demo->site, demo->loop, &options, ret_why);
    if (r == 0)
        r = watch_signals(demo);
    if (r == 0) /* last: what goes wrong before is told on the first screen */
        r = demo_screen_open(&demo->screen, demo->loop, &demo->settings, &events, demo);
    return r;
}

/* Signals first: should the terminal take nothing more, Ctrl-C then ends the process. */
static void close_all(struct demo *demo)
{
    for (size_t i = 0; i < SIGNALS_WATCHED; i++)
        signal_watch_close(demo->signals[i]);
    demo_screen_close(demo->screen);
    timer_stop(&demo->tick);
    demo_play_close(&demo->play);
    demo_site_close(demo->site);
    loop_close(demo->loop);
}

static void tell_why(int error, const struct buffer *why)
{
    struct bytes text = why->length > 0 ? buffer_bytes(why) : bytes_from_cstr(strerror(-error));
    fprintf(stderr, "isthmus demo: cannot start: %.*s\n", (int)text.length, text.at);
    if (error == -EADDRINUSE)
        fprintf(stderr, "  leave --listen out, and a free port is picked\n");
}

static void run(struct demo *demo)
{
    struct buffer why;
    buffer_init(&why, 0, NULL);
    int r = loop_open(&demo->loop);
    if (r == 0)
        r = open_all(demo, &why);
    if (r == 0) {
        loop_run(demo->loop);
    } else {
        tell_why(r, &why);
        demo->status = COMMAND_FAILED;
    }
    buffer_clear(&why);
}

int demo_command(int argument_count, char **arguments)
{
    if (command_wants_help(argument_count, arguments))
        return command_print_page(demo_settings_help);
    struct demo *demo = calloc(1, sizeof *demo);
    if (!demo)
        return COMMAND_FAILED;
    int status = COMMAND_MISUSED;
    if (demo_settings_read(&demo->settings, argument_count, arguments)) {
        run(demo);
        close_all(demo);
        status = demo->status;
    }
    free(demo);
    return status;
}
