/* SPDX-License-Identifier: Apache-2.0
 *
 * A real edge with three workers, its engines and its clients, each on a thread of its own, for
 * ThreadSanitizer to look at: listeners, cores, memory, TLS and log that workers share, counts
 * that are read while they move, and the messages by which workers start and end.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/load.h"
#include "edge/edge.h"
#include "loop/line_sink.h"
#include "sim/engine/engine.h"
#include "tests/certificate.h"
#include "tests/stress/crowd.h"
#include "tests/test.h"

#define WORKERS 3
#define QUESTIONS 50U            /* of each client */
#define ENOUGH_QUESTIONS 100000U /* more than it will come to */
#define LARGE_TOKENS 20000U      /* 4 s */
#define QUIET_MS 200
#define GUARD_S 30 /* what takes longer never comes */
#define STARTS 20

/* Slow enough that a drain catches answers in the middle. */
static const struct engine_profile profile = {
    .name = "steady", .ttft_us = 2000, .itl_us = 200, .default_tokens = 16};

/* The same engine behind two doors: one plain, one with TLS. */
struct engines {
    struct side_loop side;
    struct listen_socket *sockets[2];
    struct tls_context *tls;
    struct engine *doors[2];
};

struct site {
    struct loop *loop;
    struct line_sink *sink;
    atomic_uint exchange_lines;
    struct engines engines;
    struct crowd crowd, latecomers;
    struct edge *edge;
    struct edge_counts counts; /* as of a moment ago */
    uint64_t quiet_since_ns;   /* no exchange has ended since */
    bool is_ready, is_stopped;
    bool (*is_reached)(const struct site *site); /* what the loop runs for */
    uint64_t guard_ns;
    struct timer watch;
};

/* ---- waiting: the main loop counts all the time, and looks whether something has come ---- */

static void on_watch(struct timer *timer)
{
    struct site *site = CONTAINER_OF(timer, struct site, watch);
    uint64_t ended = site->counts.exchanges_ended;
    if (site->edge)
        edge_count(site->edge, &site->counts);
    if (site->counts.exchanges_ended != ended)
        site->quiet_since_ns = loop_now_ns(site->loop);
    if (site->is_reached(site) || loop_now_ns(site->loop) > site->guard_ns)
        loop_stop(site->loop);
    else
        assert_int_equal(timer_start(timer, loop_now_ns(site->loop) + NS_PER_MS), 0);
}

static void wait_until(struct site *site, bool (*is_reached)(const struct site *site))
{
    site->is_reached = is_reached;
    site->guard_ns = loop_now_ns(site->loop) + GUARD_S * NS_PER_S;
    assert_int_equal(timer_start(&site->watch, 0), 0);
    loop_run(site->loop);
    assert_true(is_reached(site));
}

static bool engines_are_open(const struct site *site)
{
    return side_loop_is_open(&site->engines.side);
}

static bool crowds_are_open(const struct site *site)
{
    return side_loop_is_open(&site->crowd.side) && side_loop_is_open(&site->latecomers.side);
}

static bool edge_is_ready(const struct site *site)
{
    return site->is_ready;
}

static bool edge_is_stopped(const struct site *site)
{
    return site->is_stopped;
}

static bool crowd_has_finished(const struct site *site)
{
    return atomic_load(&site->crowd.finished) == CROWD_CLIENTS;
}

/* Whoever asked something short has had its answer: what is left takes seconds. */
static bool only_large_answers_are_left(const struct site *site)
{
    return site->counts.exchanges >= 4 &&
           loop_now_ns(site->loop) - site->quiet_since_ns > QUIET_MS * NS_PER_MS;
}

/* More than those who came just before it stopped listening. */
static bool latecomers_are_refused(const struct site *site)
{
    return atomic_load(&site->latecomers.outcomes[GOT_NOTHING]) >= 10 * CROWD_CLIENTS;
}

static bool crowds_are_over(const struct site *site)
{
    return side_loop_is_over(&site->crowd.side) && side_loop_is_over(&site->latecomers.side);
}

static bool engines_are_over(const struct site *site)
{
    return side_loop_is_over(&site->engines.side);
}

/* ---- the log: lines from all workers, into the product's own sink, and from there nowhere ---- */

static void on_log(void *user, struct bytes line)
{
    struct site *site = user;
    if (bytes_find(line, BYTES("\"event\":\"exchange\"")) >= 0)
        atomic_fetch_add(&site->exchange_lines, 1);
    line_sink_write(site->sink, line);
}

/* The sink opens what standard error is at this moment a second time. */
static void open_sink(struct site *site)
{
    int standard_error = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_true(standard_error >= 0 && nowhere >= 0);
    dup2(nowhere, STDERR_FILENO);
    int r = line_sink_open(&site->sink);
    dup2(standard_error, STDERR_FILENO);
    close(standard_error);
    close(nowhere);
    assert_int_equal(r, 0);
}

/* ---- the engines ---- */

static void open_doors(struct side_loop *side, struct loop *loop)
{
    struct engines *engines = CONTAINER_OF(side, struct engines, side);
    for (unsigned i = 0; i < 2; i++) {
        const struct engine_options options = {
            .profile = &profile, .seed = i, .tls = i == 1 ? engines->tls : NULL};
        if (engine_open(&engines->doors[i], loop, engines->sockets[i], &options) < 0)
            abort();
    }
}

static void close_doors(struct side_loop *side)
{
    struct engines *engines = CONTAINER_OF(side, struct engines, side);
    for (unsigned i = 0; i < 2; i++)
        engine_close(engines->doors[i]);
}

static void open_engine_tls(struct engines *engines, const struct loop *loop)
{
    struct certificate certificate = {0};
    int64_t now_s = (int64_t)(loop_wall_ms(loop) / 1000);
    const struct certificate_wish wish = {
        .names = "IP:127.0.0.1", .from_s = now_s - 3600, .until_s = now_s + 3600};
    certificate_make(&certificate, &wish);
    const struct tls_options options = {.certificate_pem = certificate.pem,
                                        .key_pem = certificate.key_pem};
    char why[TLS_WHY_BYTES] = "";
    if (tls_context_server(&engines->tls, &options, why) < 0)
        fail_msg("%s", why);
    certificate_clear(&certificate);
}

static void open_engines(struct site *site)
{
    struct engines *engines = &site->engines;
    struct address any_port;
    assert_int_equal(address_parse(BYTES("127.0.0.1:0"), &any_port), 0);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(listen_socket_open(&engines->sockets[i], site->loop, &any_port, 128), 0);
    open_engine_tls(engines, site->loop);
    engines->side.open = open_doors;
    engines->side.close = close_doors;
    side_loop_start(&engines->side, site->loop, "engines");
    wait_until(site, engines_are_open);
}

static void clear_engines(struct engines *engines)
{
    for (unsigned i = 0; i < 2; i++)
        listen_socket_close(engines->sockets[i]);
    tls_context_unref(engines->tls);
}

/* ---- the edge ---- */

static void on_ready(void *user)
{
    ((struct site *)user)->is_ready = true;
}

static void on_stopped(void *user)
{
    ((struct site *)user)->is_stopped = true;
}

static struct edge_config *load_config(const struct site *site)
{
    char plain[ADDRESS_TEXT_BYTES], sealed[ADDRESS_TEXT_BYTES];
    struct address address;
    listen_socket_address(site->engines.sockets[0], &address);
    address_format(&address, plain);
    listen_socket_address(site->engines.sockets[1], &address);
    address_format(&address, sealed);

    struct buffer text = {0}, why = {0};
    int r = buffer_append_format(&text,
                                 "listen: 127.0.0.1:0\n"
                                 "workers: %d\n"
                                 "timeouts: {drain: 20s, total: 10s, ping: 20ms}\n"
                                 "routes: {/sim/echo: {methods: POST, model_from: none}, "
                                 "/v1/rerank: POST}\n"
                                 "cores:\n"
                                 "  plain: http://%s\n"
                                 "  sealed: {url: \"https://%s\", tls_insecure: true}\n",
                                 WORKERS, plain, sealed);
    assert_int_equal(r, 0);
    const struct config_input input = {.file_name = "stress", .file_text = buffer_bytes(&text)};
    struct edge_config *config = NULL;
    if (config_load_edge(&config, &input, &why) < 0)
        fail_msg("%.*s", (int)why.length, buffer_bytes(&why).at);
    buffer_clear(&text);
    return config;
}

static void open_edge(struct site *site)
{
    struct edge_config *config = load_config(site);
    const struct edge_options options = {.config = config,
                                         .log_write = on_log,
                                         .log_sink = site,
                                         .on_ready = on_ready,
                                         .on_stopped = on_stopped,
                                         .user = site};
    struct buffer why = {0};
    site->is_ready = site->is_stopped = false;
    site->quiet_since_ns = loop_now_ns(site->loop);
    atomic_store(&site->exchange_lines, 0);
    if (edge_open(&site->edge, site->loop, &options, &why) < 0)
        fail_msg("%.*s", (int)why.length, buffer_bytes(&why).at);
    edge_config_unref(config);
}

/* It was told to drain. */
static void close_edge(struct site *site)
{
    wait_until(site, edge_is_stopped);
    edge_count(site->edge, &site->counts);
    edge_close(site->edge);
    site->edge = NULL;
    assert_int_equal(site->counts.exchanges, 0);
    assert_int_equal(site->counts.calls, 0);
    assert_int_equal(site->counts.memory_bytes, 0);
    assert_int_equal(site->counts.exchanges_ended, atomic_load(&site->exchange_lines));
}

static void start_crowd(struct site *site, struct crowd *crowd, struct crowd_plan plan)
{
    assert_true(edge_address(site->edge, 0, &plan.edge));
    crowd_start(crowd, site->loop, &plan);
    wait_until(site, crowds_are_open);
}

static void stop_crowds(struct site *site)
{
    side_loop_stop(&site->crowd.side);
    side_loop_stop(&site->latecomers.side);
    wait_until(site, crowds_are_over);
}

static void assert_no_complaints(const struct crowd *crowd)
{
    struct bytes complaints = buffer_bytes(&crowd->complaints);
    if (complaints.length > 0)
        fail_msg("%.*s", (int)complaints.length, complaints.at);
}

/* ---- the tests ---- */

static int site_open(void **state)
{
    struct site *site = calloc(1, sizeof *site);
    assert_non_null(site);
    assert_int_equal(loop_open(&site->loop), 0);
    timer_init(&site->watch, site->loop, on_watch);
    open_sink(site);
    open_engines(site);
    *state = site;
    return 0;
}

static int site_close(void **state)
{
    struct site *site = *state;
    if (site->edge) { /* the test failed */
        edge_drain(site->edge);
        edge_drain(site->edge);
        wait_until(site, edge_is_stopped);
        edge_close(site->edge);
    }
    stop_crowds(site);
    side_loop_stop(&site->engines.side);
    wait_until(site, engines_are_over);
    crowd_clear(&site->crowd);
    crowd_clear(&site->latecomers);
    clear_engines(&site->engines);
    line_sink_close(site->sink);
    loop_close(site->loop);
    free(site);
    return 0;
}

static void every_answer_belongs_to_its_question_whichever_worker_gave_it(void **state)
{
    struct site *site = *state;
    const struct crowd_plan plan = {
        .questions = QUESTIONS, .large_tokens = 1000, .expects_answers = true};
    open_edge(site);
    wait_until(site, edge_is_ready);
    start_crowd(site, &site->crowd, plan);
    wait_until(site, crowd_has_finished);
    edge_drain(site->edge);
    close_edge(site);
    stop_crowds(site);
    assert_no_complaints(&site->crowd);
    assert_true(site->counts.exchanges_ended >= QUESTIONS * CROWD_CLIENTS / 2);
}

static void an_edge_told_twice_to_stop_ends_what_is_in_flight(void **state)
{
    struct site *site = *state;
    const struct crowd_plan patient = {.questions = ENOUGH_QUESTIONS, .large_tokens = LARGE_TOKENS},
                            late = {.questions = ENOUGH_QUESTIONS};
    open_edge(site);
    wait_until(site, edge_is_ready);
    start_crowd(site, &site->crowd, patient);
    wait_until(site, only_large_answers_are_left);
    start_crowd(site, &site->latecomers, late);
    edge_drain(site->edge);
    wait_until(site, latecomers_are_refused);
    assert_true(site->counts.exchanges > 0);
    edge_drain(site->edge);
    close_edge(site);
    stop_crowds(site);
    assert_true(site->counts.errors_sent > 0);
    assert_no_complaints(&site->crowd);
    assert_no_complaints(&site->latecomers);
}

static void an_edge_may_be_told_to_stop_before_its_workers_stand(void **state)
{
    struct site *site = *state;
    for (unsigned i = 0; i < STARTS; i++) {
        open_edge(site);
        edge_drain(site->edge);
        if (i % 2)
            edge_drain(site->edge);
        close_edge(site);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, site_open, site_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_answer_belongs_to_its_question_whichever_worker_gave_it),
        CASE(an_edge_told_twice_to_stop_ends_what_is_in_flight),
        CASE(an_edge_may_be_told_to_stop_before_its_workers_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
