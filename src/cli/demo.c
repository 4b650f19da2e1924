/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/demo_screen.h"
#include "cli/demo_settings.h"
#include "cli/demo_site.h"
#include "cli/demo_traffic.h"
#include "loop/timer.h"

#define TICK_NS (100 * NS_PER_MS)
#define STATUS_MS 2000                 /* between two plain lines that say how things are */
#define LAST_ANSWERS_NS (2 * NS_PER_S) /* from the edge's end until its last bytes are read */
#define ALIKE_TOLD 3
#define STATUS_CUT_SHORT 130 /* as shells say of whom SIGINT ended */

enum demo_state { DEMO_OPENING, DEMO_STORY, DEMO_STAYING, DEMO_ENDING, DEMO_CUTTING };

struct demo {
    struct demo_settings settings;
    struct loop *loop;
    struct demo_screen *screen;
    struct demo_site *site;
    struct demo_traffic *traffic;
    struct demo_statistics statistics;
    struct demo_news news;
    struct signal_watch *signals[5];
    struct timer tick;

    enum demo_state state;
    size_t scene;
    uint64_t began_ns, ended_ns; /* the story */
    uint64_t stopped_ns;         /* the edge; 0: it has not */
    uint64_t status_due_ms;
    bool was_avoided[DEMO_CORES];
    unsigned told[DEMO_OUTCOMES]; /* lines about requests that ended so, in this scene */
    bool is_interrupted, is_summed_up;
    char edge[ADDRESS_TEXT_BYTES];
    int status;
};

static uint64_t elapsed_ms(const struct demo *demo)
{
    return (loop_now_ns(demo->loop) - demo->began_ns) / NS_PER_MS;
}

static struct demo_facts facts_of(const struct demo *demo)
{
    struct demo_facts facts = {
        .program = program_invocation_name,
        .edge = demo->edge,
        .statistics = &demo->statistics,
        .news = &demo->news,
        .scene = demo->scene,
        .began_ns = demo->began_ns,
        .now_ns = demo->ended_ns > 0 ? demo->ended_ns : loop_now_ns(demo->loop),
        .whole_ms = demo->settings.seconds * 1000,
        .seed = demo->settings.seed,
        .is_interrupted = demo->is_interrupted,
    };
    for (size_t i = 0; i < DEMO_CORES; i++)
        demo_site_core(demo->site, i, &facts.cores[i]);
    return facts;
}

static void write_view(struct demo *demo, demo_view_fn *view)
{
    struct demo_facts facts = facts_of(demo);
    demo_screen_write(demo->screen, view, &facts);
}

/* Into the picture, or as a line. */
static void show_news(struct demo *demo, const struct demo_news_line *line)
{
    if (!demo_screen_is_live(demo->screen))
        demo_screen_write_news(demo->screen, line);
}

#define TELL(demo, ...)                                                                            \
    show_news((demo), demo_news_tell(&(demo)->news, elapsed_ms(demo), __VA_ARGS__))

/* ---- what clients and edge say ---- */

/* In plain lines not each of hundreds is told, but what is no matter of course, and of that the
 * first few in each scene. */
static bool is_worth_a_line(struct demo *demo, const struct demo_result *result)
{
    bool is_moved = result->outcome == DEMO_ANSWERED && result->attempts > 1;
    return (is_moved || result->outcome > DEMO_LEFT) && demo->told[result->outcome]++ < ALIKE_TOLD;
}

static void on_done(void *user, const struct demo_visit *visit)
{
    struct demo *demo = user;
    const struct demo_request_news request = {
        .kind = visit->request.kind,
        .core = visit->result.core < 0 ? NULL : demo_core_names[visit->result.core],
        .status = visit->status,
        .tokens = visit->answer.tokens,
        .took_ns = visit->took_ns,
        .result = visit->result,
    };
    const struct demo_news_line *line = demo_news_add(&demo->news, elapsed_ms(demo), &request);
    if (is_worth_a_line(demo, &visit->result))
        show_news(demo, line);
}

/* Somebody pasted one of the lines. */
static void tell_foreign(struct demo *demo, const struct demo_log_line *line)
{
    TELL(demo, "yours: %s, %s%s: %u%s%s, %" PRIu64 " ms", line->route,
         line->core[0] ? "core " : "edge", line->core, line->status, line->error[0] ? " " : "",
         line->error, line->us / 1000);
}

/* The log's word for a failure, in words for people. */
static const char *words_of(const char *why)
{
    static const struct {
        const char *why, *words;
    } table[] = {{"connect", "nobody answers there"},
                 {"reset", "it broke the connection"},
                 {"cut", "its answers break off"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].why, why) == 0)
            return table[i].words;
    return why;
}

static void on_line(void *user, struct bytes text)
{
    struct demo *demo = user;
    struct demo_log_line line;
    demo_log_read(&line, text);
    switch (line.event) {
    case DEMO_LOG_EXCHANGE:
        if (demo->traffic && !demo_traffic_note(demo->traffic, &line))
            tell_foreign(demo, &line);
        break;
    case DEMO_LOG_CORE_EJECTED:
        TELL(demo, "the edge keeps away from %s: %s", line.core, words_of(line.why));
        break;
    case DEMO_LOG_OTHER:
        break;
    }
}

/* ---- the story ---- */

static void kill_core(struct demo *demo)
{
    struct demo_core_facts core;
    demo_site_core(demo->site, DEMO_STORY_CORE, &core);
    demo_site_kill(demo->site, DEMO_STORY_CORE);
    TELL(demo, "core %s is killed, with %" PRIu32 " requests in it",
         demo_core_names[DEMO_STORY_CORE], core.in_flight);
}

/* Its port was its own a moment ago; should somebody have taken it, it stays dead. */
static void revive_core(struct demo *demo)
{
    int r = demo_site_revive(demo->site, DEMO_STORY_CORE);
    if (r == 0)
        TELL(demo, "core %s is up again", demo_core_names[DEMO_STORY_CORE]);
    else
        TELL(demo, "core %s cannot be started: %s", demo_core_names[DEMO_STORY_CORE], strerror(-r));
}

static void play_scene(struct demo *demo, size_t scene)
{
    demo->scene = scene;
    memset(demo->told, 0, sizeof demo->told);
    if (!demo_screen_is_live(demo->screen))
        write_view(demo, demo_view_scene);
    demo_traffic_set_rate(demo->traffic, demo_story[scene].clients_per_s);
    switch (demo_story[scene].act) {
    case DEMO_ACT_NONE:
        break;
    case DEMO_ACT_KILL:
        kill_core(demo);
        break;
    case DEMO_ACT_REVIVE:
        revive_core(demo);
        break;
    }
}

static void look_for_trust(struct demo *demo)
{
    for (size_t i = 0; i < DEMO_CORES; i++) {
        struct demo_core_facts core;
        demo_site_core(demo->site, i, &core);
        if (demo->was_avoided[i] && !core.is_avoided)
            TELL(demo, "%s has answered: the edge trusts it again", demo_core_names[i]);
        demo->was_avoided[i] = core.is_avoided;
    }
}

static void sum_up(struct demo *demo)
{
    bool was_live = demo_screen_is_live(demo->screen);
    demo->is_summed_up = true;
    demo->ended_ns = loop_now_ns(demo->loop);
    demo_screen_leave(demo->screen);
    if (was_live) /* what the picture has shown goes with it */
        write_view(demo, demo_view_recap);
    write_view(demo, demo_view_summary);
    write_view(demo, demo->state == DEMO_STAYING ? demo_view_invitation : demo_view_next);
    if (demo->statistics.ended[DEMO_CUT_SILENT] > 0)
        demo->status = COMMAND_FAILED;
}

static void drain(struct demo *demo)
{
    demo->state = DEMO_ENDING;
    demo_traffic_set_rate(demo->traffic, 0);
    demo_site_drain(demo->site);
}

static void stay(struct demo *demo)
{
    demo->state = DEMO_STAYING;
    sum_up(demo);
}

static bool is_told_out(const struct demo *demo)
{
    return demo_story[demo->scene].clients_per_s == 0 && demo_traffic_waiting(demo->traffic) == 0;
}

static void tick_story(struct demo *demo)
{
    uint64_t whole_ms = demo->settings.seconds * 1000;
    size_t scene = demo_story_at(elapsed_ms(demo), whole_ms);
    if (scene != demo->scene)
        play_scene(demo, scene);
    if (is_told_out(demo) && demo->settings.stays)
        stay(demo);
    else if (is_told_out(demo) || elapsed_ms(demo) >= 2 * whole_ms)
        drain(demo);
}

/* The edge's last bytes may still be on their way to clients. */
static void tick_ending(struct demo *demo)
{
    uint64_t now_ns = loop_now_ns(demo->loop);
    if (demo->stopped_ns > 0 &&
        (demo_traffic_waiting(demo->traffic) == 0 || now_ns > demo->stopped_ns + LAST_ANSWERS_NS)) {
        demo_traffic_settle(demo->traffic);
        if (!demo->is_summed_up)
            sum_up(demo);
        loop_stop(demo->loop);
    }
}

static void show(struct demo *demo)
{
    struct demo_facts facts = facts_of(demo);
    demo_screen_draw(demo->screen, &facts);
    if (demo_screen_is_live(demo->screen) || elapsed_ms(demo) < demo->status_due_ms)
        return;
    demo->status_due_ms += STATUS_MS;
    demo_screen_write(demo->screen, demo_view_status, &facts);
}

static void on_tick(struct timer *timer)
{
    struct demo *demo = CONTAINER_OF(timer, struct demo, tick);
    (void)timer_start(timer, loop_now_ns(demo->loop) + TICK_NS); /* its entry is known */
    demo_site_look(demo->site);
    look_for_trust(demo);
    switch (demo->state) {
    case DEMO_OPENING:
    case DEMO_STAYING:
    case DEMO_CUTTING:
        break;
    case DEMO_STORY:
        show(demo);
        tick_story(demo);
        break;
    case DEMO_ENDING:
        if (!demo->is_summed_up)
            show(demo);
        tick_ending(demo);
        break;
    }
}

/* ---- beginning and end ---- */

/* The clients go, and so does the edge; its on_stopped() is then a matter of milliseconds. */
static void cut_short(struct demo *demo, int status)
{
    if (demo->state == DEMO_CUTTING)
        return;
    demo->state = DEMO_CUTTING;
    demo->status = status;
    demo_traffic_close(demo->traffic);
    demo->traffic = NULL;
    demo_site_drain(demo->site);
    demo_site_drain(demo->site);
}

static int open_traffic(struct demo *demo)
{
    const struct demo_traffic_options options = {
        .loop = demo->loop,
        .edge = demo_site_edge_address(demo->site),
        .core_names = demo_core_names,
        .seed = demo->settings.seed,
        .statistics = &demo->statistics,
        .on_done = on_done,
        .user = demo,
    };
    return demo_traffic_open(&demo->traffic, &options);
}

static void on_ready(void *user)
{
    struct demo *demo = user;
    uint64_t now_ns = loop_now_ns(demo->loop);
    address_format(demo_site_edge_address(demo->site), demo->edge);
    demo->began_ns = now_ns;
    int r = open_traffic(demo);
    if (r == 0)
        r = timer_start(&demo->tick, now_ns + TICK_NS);
    if (r < 0) {
        fprintf(stderr, "isthmus demo: cannot start: %s\n", strerror(-r));
        cut_short(demo, COMMAND_FAILED);
        return;
    }
    demo->state = DEMO_STORY;
    demo->status_due_ms = STATUS_MS;
    if (!demo_screen_is_live(demo->screen))
        write_view(demo, demo_view_opening);
    play_scene(demo, 0);
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
    if (demo->state == DEMO_OPENING || demo->is_interrupted) {
        cut_short(demo, STATUS_CUT_SHORT);
        return;
    }
    demo->is_interrupted = true;
    TELL(demo, "no new clients; answers under way may end (Ctrl-C: at once)");
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
    if (demo->state != DEMO_STORY)
        return;
    struct demo_facts facts = facts_of(demo);
    demo_screen_draw(demo->screen, &facts);
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
    for (size_t i = 0; i < sizeof demo->signals / sizeof *demo->signals; i++)
        signal_watch_close(demo->signals[i]);
    demo_screen_close(demo->screen);
    timer_stop(&demo->tick);
    demo_traffic_close(demo->traffic);
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
