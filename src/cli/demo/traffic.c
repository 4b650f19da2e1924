/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo/traffic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loop/address.h"
#include "loop/timer.h"

#define BLOCK_BYTES 4096
#define BLOCK_SPANS_KEPT 4
#define HEAD_BYTES 32768
#define FIELDS_MOST 64
#define CONNECT_MS 2000
#define IDLE_MS 10000
#define IDLE_CONNECTIONS 16

struct demo_traffic {
    struct demo_traffic_options options;
    struct demo_visit_options visit_options;
    char authority[ADDRESS_TEXT_BYTES];
    struct block_pool blocks;
    struct http_origin *origin;
    struct random random;
    struct timer next;
    unsigned rate_per_s;
    uint64_t sent;
    struct list visits;
    size_t visit_count, waiting;
};

/* Both have spoken. */
static void finish(struct demo_traffic *traffic, struct demo_visit *visit)
{
    struct demo_statistics *statistics = traffic->options.statistics;
    demo_statistics_end(statistics, &visit->result, loop_now_ns(traffic->options.loop));
    traffic->options.on_done(traffic->options.user, visit);
    list_remove(&visit->link);
    traffic->visit_count--;
    demo_visit_free(visit);
}

static void on_over(void *user, struct demo_visit *visit)
{
    struct demo_traffic *traffic = user;
    traffic->waiting--;
    if (visit->is_noted)
        finish(traffic, visit);
}

static void on_tokens(void *user, uint64_t count)
{
    struct demo_traffic *traffic = user;
    demo_statistics_token(traffic->options.statistics, count, loop_now_ns(traffic->options.loop));
}

static void visit_begin(struct demo_traffic *traffic)
{
    struct demo_request request;
    struct demo_visit *visit = NULL;
    if (traffic->visit_count >= DEMO_VISITS_MOST ||
        demo_request_draw(&request, &traffic->random) < 0 ||
        demo_visit_start(&visit, &traffic->visit_options, &request, traffic->sent + 1) < 0)
        return;
    traffic->sent++;
    traffic->visit_count++;
    traffic->waiting++;
    traffic->options.statistics->requests++;
    list_push_back(&traffic->visits, &visit->link);
}

/* The gaps are as long as the rate says on average, each from nothing to twice that. */
static void schedule(struct demo_traffic *traffic)
{
    uint64_t gap_ns = random_below(&traffic->random, 2 * NS_PER_S / traffic->rate_per_s);
    /* A timer that has fired can be started again. */
    (void)timer_start(&traffic->next, loop_now_ns(traffic->options.loop) + gap_ns);
}

static void on_next(struct timer *timer)
{
    struct demo_traffic *traffic = CONTAINER_OF(timer, struct demo_traffic, next);
    visit_begin(traffic);
    schedule(traffic);
}

static int open_origin(struct demo_traffic *traffic)
{
    const struct address *edge = traffic->options.edge;
    address_format(edge, traffic->authority);
    struct bytes authority = bytes_from_cstr(traffic->authority);
    const char *colon = strrchr(traffic->authority, ':');
    const struct http_origin_options options = {
        .host = bytes_of(authority.at, (size_t)(colon - authority.at)),
        .port = edge->port,
        .connect_timeout_ms = CONNECT_MS,
        .keep_idle_ms = IDLE_MS,
        .keep_idle_connections = IDLE_CONNECTIONS,
        .head_bytes = HEAD_BYTES,
        .field_count = FIELDS_MOST,
        .blocks = &traffic->blocks,
    };
    traffic->visit_options = (struct demo_visit_options){
        .loop = traffic->options.loop,
        .authority = authority,
        .on_tokens = on_tokens,
        .on_over = on_over,
        .user = traffic,
    };
    int r = http_origin_open(&traffic->origin, traffic->options.loop, &options);
    traffic->visit_options.origin = traffic->origin;
    return r;
}

int demo_traffic_open(struct demo_traffic **ret_traffic, const struct demo_traffic_options *options)
{
    struct demo_traffic *traffic = calloc(1, sizeof *traffic);
    if (!traffic)
        return -ENOMEM;
    traffic->options = *options;
    list_init(&traffic->visits);
    block_pool_init(&traffic->blocks, BLOCK_BYTES, BLOCK_SPANS_KEPT, NULL);
    random_init(&traffic->random, options->seed);
    timer_init(&traffic->next, options->loop, on_next);
    int r = open_origin(traffic);
    if (r == 0)
        r = timer_start(&traffic->next, UINT64_MAX);
    if (r < 0) {
        demo_traffic_close(traffic);
        return r;
    }
    *ret_traffic = traffic;
    return 0;
}

void demo_traffic_set_rate(struct demo_traffic *traffic, unsigned per_s)
{
    traffic->rate_per_s = per_s;
    if (per_s > 0)
        schedule(traffic);
    else
        timer_stop(&traffic->next);
}

static struct demo_visit *find(struct demo_traffic *traffic, const char *id)
{
    LIST_EACH(link, &traffic->visits)
    {
        struct demo_visit *visit = CONTAINER_OF(link, struct demo_visit, link);
        if (strcmp(visit->id, id) == 0)
            return visit;
    }
    return NULL;
}

static int core_of(const struct demo_traffic *traffic, const char *name)
{
    for (int i = 0; i < DEMO_CORES; i++)
        if (strcmp(traffic->options.core_names[i], name) == 0)
            return i;
    return -1;
}

bool demo_traffic_note(struct demo_traffic *traffic, const struct demo_log_line *line)
{
    struct demo_visit *visit = find(traffic, line->id);
    if (!visit)
        return false;
    visit->is_noted = true;
    visit->result.core = core_of(traffic, line->core);
    visit->result.attempts = line->attempts;
    if (demo_visit_is_over(visit))
        finish(traffic, visit);
    return true;
}

size_t demo_traffic_waiting(const struct demo_traffic *traffic)
{
    return traffic->waiting;
}

void demo_traffic_settle(struct demo_traffic *traffic)
{
    LIST_EACH_SAFE(link, &traffic->visits)
    {
        struct demo_visit *visit = CONTAINER_OF(link, struct demo_visit, link);
        if (demo_visit_is_over(visit))
            finish(traffic, visit);
    }
}

void demo_traffic_close(struct demo_traffic *traffic)
{
    if (!traffic)
        return;
    timer_stop(&traffic->next);
    LIST_EACH_SAFE(link, &traffic->visits)
    {
        list_remove(link);
        demo_visit_free(CONTAINER_OF(link, struct demo_visit, link));
    }
    if (traffic->origin)
        http_origin_close(traffic->origin);
    block_pool_clear(&traffic->blocks);
    free(traffic);
}
