/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo/play.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define STATUS_MS 2000 /* between two plain lines that say how things are */
#define ALIKE_TOLD 3

static uint64_t elapsed_ms(const struct demo_play *play)
{
    return (loop_now_ns(play->loop) - play->began_ns) / NS_PER_MS;
}

static struct demo_facts facts_of(const struct demo_play *play)
{
    struct demo_facts facts = {
        .program = program_invocation_name,
        .edge = play->edge,
        .statistics = &play->statistics,
        .news = &play->news,
        .scene = play->scene,
        .began_ns = play->began_ns,
        .now_ns = play->ended_ns > 0 ? play->ended_ns : loop_now_ns(play->loop),
        .whole_ms = play->settings->seconds * 1000,
        .seed = play->settings->seed,
        .is_interrupted = play->is_interrupted,
    };
    for (size_t i = 0; i < DEMO_CORES; i++)
        demo_site_core(play->site, i, &facts.cores[i]);
    return facts;
}

static void write_view(struct demo_play *play, demo_view_fn *view)
{
    struct demo_facts facts = facts_of(play);
    demo_screen_write(play->screen, view, &facts);
}

/* Into the picture, or as a line. */
static void show_news(struct demo_play *play, const struct demo_news_line *line)
{
    if (!demo_screen_is_live(play->screen))
        demo_screen_write_news(play->screen, line);
}

#define TELL(play, ...)                                                                            \
    show_news((play), demo_news_tell(&(play)->news, elapsed_ms(play), __VA_ARGS__))

/* ---- what clients and edge say ---- */

/* In plain lines not each of hundreds is told, but what is no matter of course, and of that the
 * first few in each scene. */
static bool is_worth_a_line(struct demo_play *play, const struct demo_result *result)
{
    bool is_moved = result->outcome == DEMO_ANSWERED && result->attempts > 1;
    return (is_moved || result->outcome > DEMO_LEFT) && play->told[result->outcome]++ < ALIKE_TOLD;
}

static void on_done(void *user, const struct demo_visit *visit)
{
    struct demo_play *play = user;
    const struct demo_request_news request = {
        .kind = visit->request.kind,
        .core = visit->result.core < 0 ? NULL : demo_core_names[visit->result.core],
        .status = visit->status,
        .tokens = visit->answer.tokens,
        .took_ns = visit->took_ns,
        .result = visit->result,
    };
    const struct demo_news_line *line = demo_news_add(&play->news, elapsed_ms(play), &request);
    if (is_worth_a_line(play, &visit->result))
        show_news(play, line);
}

/* Somebody pasted one of the lines. */
static void tell_foreign(struct demo_play *play, const struct demo_log_line *line)
{
    TELL(play, "yours: %s, %s%s: %u%s%s, %" PRIu64 " ms", line->route,
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

void demo_play_hear(struct demo_play *play, struct bytes text)
{
    struct demo_log_line line;
    demo_log_read(&line, text);
    switch (line.event) {
    case DEMO_LOG_EXCHANGE:
        if (play->traffic && !demo_traffic_note(play->traffic, &line))
            tell_foreign(play, &line);
        break;
    case DEMO_LOG_CORE_EJECTED:
        TELL(play, "the edge keeps away from %s: %s", line.core, words_of(line.why));
        break;
    case DEMO_LOG_OTHER:
        break;
    }
}

/* ---- the story ---- */

static void kill_core(struct demo_play *play)
{
    struct demo_core_facts core;
    demo_site_core(play->site, DEMO_STORY_CORE, &core);
    demo_site_kill(play->site, DEMO_STORY_CORE);
    TELL(play, "core %s is killed, with %" PRIu32 " requests in it",
         demo_core_names[DEMO_STORY_CORE], core.in_flight);
}

/* Its port was its own a moment ago; should somebody have taken it, it stays dead. */
static void revive_core(struct demo_play *play)
{
    int r = demo_site_revive(play->site, DEMO_STORY_CORE);
    if (r == 0)
        TELL(play, "core %s is up again", demo_core_names[DEMO_STORY_CORE]);
    else
        TELL(play, "core %s cannot be started: %s", demo_core_names[DEMO_STORY_CORE], strerror(-r));
}

static void play_scene(struct demo_play *play, size_t scene)
{
    play->scene = scene;
    memset(play->told, 0, sizeof play->told);
    if (!demo_screen_is_live(play->screen))
        write_view(play, demo_view_scene);
    demo_traffic_set_rate(play->traffic, demo_story[scene].clients_per_s);
    switch (demo_story[scene].act) {
    case DEMO_ACT_NONE:
        break;
    case DEMO_ACT_KILL:
        kill_core(play);
        break;
    case DEMO_ACT_REVIVE:
        revive_core(play);
        break;
    }
}

static void look_for_trust(struct demo_play *play)
{
    for (size_t i = 0; i < DEMO_CORES; i++) {
        struct demo_core_facts core;
        demo_site_core(play->site, i, &core);
        if (play->was_avoided[i] && !core.is_avoided)
            TELL(play, "%s has answered: the edge trusts it again", demo_core_names[i]);
        play->was_avoided[i] = core.is_avoided;
    }
}

static int open_traffic(struct demo_play *play)
{
    const struct demo_traffic_options options = {
        .loop = play->loop,
        .edge = demo_site_edge_address(play->site),
        .core_names = demo_core_names,
        .seed = play->settings->seed,
        .statistics = &play->statistics,
        .on_done = on_done,
        .user = play,
    };
    return demo_traffic_open(&play->traffic, &options);
}

int demo_play_begin(struct demo_play *play)
{
    int r = open_traffic(play);
    if (r < 0)
        return r;
    address_format(demo_site_edge_address(play->site), play->edge);
    play->began_ns = loop_now_ns(play->loop);
    play->status_due_ms = STATUS_MS;
    if (!demo_screen_is_live(play->screen))
        write_view(play, demo_view_opening);
    play_scene(play, 0);
    return 0;
}

/* A process that was stopped for a while finds several scenes due: each has its turn. */
bool demo_play_go_on(struct demo_play *play)
{
    uint64_t whole_ms = play->settings->seconds * 1000;
    if (demo_story_at(elapsed_ms(play), whole_ms) > play->scene)
        play_scene(play, play->scene + 1);
    bool is_told = demo_story[play->scene].clients_per_s == 0;
    return !(is_told && demo_statistics_open(&play->statistics) == 0) &&
           elapsed_ms(play) < 2 * whole_ms;
}

void demo_play_look(struct demo_play *play)
{
    demo_site_look(play->site);
    look_for_trust(play);
    if (play->ended_ns > 0)
        return;
    struct demo_facts facts = facts_of(play);
    demo_screen_draw(play->screen, &facts);
    if (demo_screen_is_live(play->screen) || elapsed_ms(play) < play->status_due_ms)
        return;
    play->status_due_ms += STATUS_MS;
    demo_screen_write(play->screen, demo_view_status, &facts);
}

void demo_play_interrupt(struct demo_play *play)
{
    play->is_interrupted = true;
    demo_traffic_set_rate(play->traffic, 0);
    TELL(play, "nobody comes any more; answers under way may end (Ctrl-C: at once)");
}

bool demo_play_is_quiet(const struct demo_play *play)
{
    return demo_traffic_waiting(play->traffic) == 0;
}

bool demo_play_sum_up(struct demo_play *play, demo_view_fn *what_next)
{
    bool is_sound = play->statistics.ended[DEMO_CUT_SILENT] == 0;
    if (play->ended_ns > 0)
        return is_sound;
    demo_traffic_settle(play->traffic);
    play->ended_ns = loop_now_ns(play->loop);
    bool was_live = demo_screen_is_live(play->screen);
    demo_screen_leave(play->screen);
    if (was_live) /* what the picture has shown goes with it */
        write_view(play, demo_view_recap);
    write_view(play, demo_view_summary);
    write_view(play, what_next);
    return is_sound;
}

void demo_play_close(struct demo_play *play)
{
    demo_traffic_close(play->traffic);
    play->traffic = NULL;
}
