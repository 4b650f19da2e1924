/* SPDX-License-Identifier: Apache-2.0
 *
 * load - asks a server as told, checks every byte of every answer, and prints what it counted,
 * one line `name value unit` each. Exit status: 0; 1 if anything was wrong; 2 for bad arguments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/load/backend.h"
#include "bench/load/client.h"
#include "loop/timer.h"

uint64_t load_clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now); /* style: loop: measures within a turn */
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void print(const char *name, double value, const char *unit)
{
    printf("%s %.1f %s\n", name, value, unit);
}

static void report(const struct load *load)
{
    double seconds = (double)(load_clock_ns() - load->begin_ns) / (double)NS_PER_S;

    print("answers", (double)load->answers, "");
    print("events", (double)load->events, "");
    print("body_bytes", (double)load->body_bytes, "B");
    print("errors", (double)load->errors, "");
    print("rate", (double)load->answers / seconds, "1/s");
    print("latency_p50", (double)histogram_quantile(&load->latency, 0.5) / 1000, "us");
    print("latency_p99", (double)histogram_quantile(&load->latency, 0.99) / 1000, "us");
}

struct hold {
    struct timer timer;
    struct load *load;
};

/* Idle connections hold until the end, whatever they do; the others end by themselves. */
static void on_hold_end(struct timer *timer)
{
    loop_stop(CONTAINER_OF(timer, struct hold, timer)->load->loop);
}

static int tls_prepare(struct load *load)
{
    struct tls_options options = {.insecure_no_verify = true};
    char why[TLS_WHY_BYTES];

    if (!load->settings->tls)
        return 0;
    int r = tls_context_client(&load->tls, &options, why);
    if (r < 0)
        fprintf(stderr, "load: %s\n", why);
    return r;
}

static int expected_prepare(struct load *load)
{
    int r = 0;
    for (unsigned i = 0; i < EXPECTED_VARIANTS && r == 0; i++)
        r = expected_make(&load->expected[i], load->settings, i);
    return r;
}

static int load_run(struct load *load)
{
    struct client *clients = NULL;
    struct backend *backend = NULL;
    struct hold hold = {.load = load};

    timer_init(&hold.timer, load->loop, on_hold_end);
    load->begin_ns = loop_now_ns(load->loop);
    load->end_ns = load->begin_ns + load->settings->duration_ms * NS_PER_MS;
    int r = 0;
    if (load->settings->backend.family != ADDRESS_NONE)
        r = backend_open(&backend, load);
    if (r == 0)
        r = clients_open(&clients, load);
    if (r == 0 && load->settings->mode == LOAD_IDLE)
        r = timer_start(&hold.timer, load->end_ns);
    if (r == 0)
        loop_run(load->loop);
    timer_stop(&hold.timer);
    clients_close(clients, load);
    backend_close(backend);
    return r;
}

static int load_do(struct load *load)
{
    int r = loop_open(&load->loop);
    if (r == 0)
        r = tls_prepare(load);
    if (r == 0)
        r = expected_prepare(load);
    if (r == 0)
        r = load_run(load);
    if (r == 0)
        report(load);
    else
        fprintf(stderr, "load: %s\n", strerror(-r));

    for (unsigned i = 0; i < EXPECTED_VARIANTS; i++)
        expected_clear(&load->expected[i]);
    if (load->tls)
        tls_context_unref(load->tls);
    loop_close(load->loop);
    return r;
}

int main(int argument_count, char **arguments)
{
    struct settings settings;
    struct load *load = calloc(1, sizeof *load);

    if (!load || !settings_read(&settings, argument_count - 1, arguments + 1)) {
        free(load);
        return 2;
    }
    load->settings = &settings;
    int r = load_do(load);
    bool good = r == 0 && load->errors == 0;
    free(load);
    return good ? 0 : 1;
}
