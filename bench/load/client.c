/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/load/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/load/answer_reader.h"
#include "loop/stream.h"
#include "loop/timer.h"

#define PORTION_NS (100 * NS_PER_MS) /* between two reads of a slow client */
#define READS_PER_EVENT 4            /* so that one connection does not hold up the others */
#define TLS_NAME BYTES("bench.local")

struct client {
    struct load *load;
    const struct expected *expected;
    struct stream *stream; /* NULL: over */
    struct timer timer;    /* the beginning, or a slow client's next portion */
    struct answer_reader reader;
    size_t sent;     /* of the request */
    uint64_t offset; /* into the answer's body */
    uint64_t asked_ns;
    size_t portion; /* what a slow client may still read for now */
};

static void client_end(struct client *client)
{
    struct load *load = client->load;

    if (client->stream)
        stream_reset(client->stream);
    client->stream = NULL;
    timer_stop(&client->timer);
    if (--load->living == 0)
        loop_stop(load->loop);
}

static void client_fail(struct client *client, const char *why)
{
    if (client->load->errors++ == 0)
        fprintf(stderr, "load: %s (status %u, %llu bytes into the body)\n", why,
                client->reader.status, (unsigned long long)client->offset);
    client_end(client);
}

static void request_send(struct client *client)
{
    struct bytes request = buffer_bytes(&client->expected->request);
    struct bytes left = bytes_after(request, client->sent);

    ssize_t n = stream_write(client->stream, &left, 1);
    if (n > 0)
        client->sent += (size_t)n;
    else if (n < 0 && n != -EAGAIN)
        client_fail(client, "a request could not be sent");
}

static void request_begin(struct client *client)
{
    answer_reader_init(&client->reader);
    client->sent = 0;
    client->offset = 0;
    client->asked_ns = load_clock_ns();
    request_send(client);
}

static bool is_streaming(const struct client *client)
{
    enum load_mode mode = client->load->settings->mode;
    return mode == LOAD_STREAM || mode == LOAD_SLOW;
}

static bool is_refused(const struct client *client)
{
    return client->load->settings->mode == LOAD_REFUSED;
}

static unsigned wanted_status(const struct client *client)
{
    return is_refused(client) ? 401 : 200;
}

static bool on_body(void *user, struct bytes piece)
{
    struct client *client = user;
    struct load *load = client->load;

    if (client->offset == 0 && is_streaming(client))
        histogram_add(&load->latency, load_clock_ns() - client->asked_ns);
    bool is_right = is_refused(client) || expected_matches(client->expected, client->offset, piece);
    if (!is_right || client->reader.status != wanted_status(client))
        return false;
    client->offset += piece.length;
    load->body_bytes += piece.length;
    return true;
}

/* A whole answer was read, and every byte of it was right. */
static void answer_take(struct client *client)
{
    struct load *load = client->load;
    enum load_mode mode = load->settings->mode;

    bool is_whole = client->expected->is_whole && !is_refused(client);
    if (is_whole && client->offset != client->expected->body.length) {
        client_fail(client, "an answer was too short");
        return;
    }
    if (client->reader.status != wanted_status(client)) {
        client_fail(client, "an answer had another status");
        return;
    }
    load->answers++;
    if (is_streaming(client))
        load->events += load->settings->tokens;
    else
        histogram_add(&load->latency, load_clock_ns() - client->asked_ns);
    if (mode == LOAD_IDLE)
        return;
    if (loop_now_ns(load->loop) < load->end_ns)
        request_begin(client);
    else
        client_end(client);
}

/* False: there is nothing more to read for now, or for ever. */
static bool piece_read(struct client *client)
{
    bool slow = client->load->settings->mode == LOAD_SLOW;
    char *scratch = loop_scratch(client->load->loop);
    size_t most = slow ? client->portion : LOOP_SCRATCH_BYTES;

    ssize_t n = stream_read(client->stream, scratch, most);
    if (n == -EAGAIN)
        return false;
    if (n <= 0) {
        client_fail(client, "the server closed the connection");
        return false;
    }
    if (slow)
        client->portion -= (size_t)n;
    switch (answer_reader_feed(&client->reader, bytes_of(scratch, (size_t)n), on_body, client)) {
    case ANSWER_MORE:
        return (size_t)n == most && !slow;
    case ANSWER_DONE:
        answer_take(client);
        return false;
    case ANSWER_WRONG:
        client_fail(client, "an answer was wrong");
        return false;
    }
    return false;
}

static void on_readable(void *user)
{
    struct client *client = user;
    int reads = 0;

    if (client->load->settings->mode == LOAD_SLOW && client->portion == 0) {
        stream_want_read(client->stream, false);
        return;
    }
    while (reads++ < READS_PER_EVENT && piece_read(client))
        ;
}

static void on_writable(void *user)
{
    request_send(user);
}

static void on_hangup(void *user, int error)
{
    client_fail(user, error ? "a connection broke" : "the server closed the connection");
}

static void on_connected(void *user, int error)
{
    if (error)
        client_fail(user, "a connection could not be made");
    else
        request_begin(user);
}

static const struct stream_events events = {
    .on_connected = on_connected,
    .on_readable = on_readable,
    .on_writable = on_writable,
    .on_hangup = on_hangup,
};

static void connect_now(struct client *client)
{
    struct load *load = client->load;
    struct stream_options options = {0};

    int r = stream_connect(&client->stream, load->loop, &load->settings->address, &options, &events,
                           client);
    if (r == 0 && load->tls)
        r = tls_connect(&client->stream, client->stream, load->tls, TLS_NAME, &events, client);
    if (r == 0)
        return;
    client->stream = NULL;
    client_fail(client, "a connection could not begin");
}

static void on_portion(struct timer *timer)
{
    struct client *client = CONTAINER_OF(timer, struct client, timer);
    struct load *load = client->load;

    if (loop_now_ns(load->loop) >= load->end_ns) {
        client_end(client);
        return;
    }
    client->portion = (size_t)(load->settings->read_rate * PORTION_NS / NS_PER_S);
    stream_want_read(client->stream, true);
    timer_start(timer, loop_now_ns(load->loop) + PORTION_NS);
}

static void on_beginning(struct timer *timer)
{
    struct client *client = CONTAINER_OF(timer, struct client, timer);
    struct load *load = client->load;

    connect_now(client);
    if (!client->stream)
        return;
    if (load->settings->mode == LOAD_SLOW) {
        timer->fire = on_portion;
        on_portion(timer);
    }
}

int clients_open(struct client **ret_clients, struct load *load)
{
    uint64_t count = load->settings->connections;
    uint64_t spread_ns = load->settings->spread_ms * NS_PER_MS;
    struct client *clients = calloc(count, sizeof *clients);
    if (!clients)
        return -ENOMEM;

    *ret_clients = clients;
    for (uint64_t i = 0; i < count; i++) {
        struct client *client = &clients[i];
        client->load = load;
        client->expected = &load->expected[i % EXPECTED_VARIANTS];
        timer_init(&client->timer, load->loop, on_beginning);
        load->living++;
        int r = timer_start(&client->timer, load->begin_ns + 1 + spread_ns * i / count);
        if (r < 0)
            return r;
    }
    return 0;
}

void clients_close(struct client *clients, const struct load *load)
{
    for (uint64_t i = 0; clients && i < load->settings->connections; i++) {
        if (clients[i].stream)
            stream_reset(clients[i].stream);
        timer_stop(&clients[i].timer);
    }
    free(clients);
}
