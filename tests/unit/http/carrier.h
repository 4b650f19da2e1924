/* SPDX-License-Identifier: Apache-2.0
 *
 * carrier - something that carries exchanges, seen from the client's end: how test_exchange.c asks
 * the same of HTTP/1.1 and of a fake with many streams in one connection, as HTTP/2 has.
 *
 * Errors   what a carrier itself needs and does not get fails the test.
 */
#ifndef TESTS_UNIT_HTTP_CARRIER_H
#define TESTS_UNIT_HTTP_CARRIER_H

#include "tests/unit/http/watcher.h"

#define CARRIER_ASKS 8

struct carrier_ask {
    struct bytes method, target;
    uint64_t content_length; /* HTTP_LENGTH_UNKNOWN is possible */
    bool expects_continue;
};

struct carrier_reply {
    unsigned status; /* 0: no head yet */
    unsigned continues;
    struct buffer body;
    bool is_whole, is_broken;
};

struct carrier_kind {
    const char *name;
    void *(*open)(struct watcher *watcher);
    /* Sends a head; the number names the exchange from here on, from 0. */
    unsigned (*ask)(void *carrier, const struct carrier_ask *ask);
    void (*send)(void *carrier, unsigned number, struct bytes bytes, bool last);
    void (*leave)(void *carrier, unsigned number);
    /* The client takes nothing of that answer for now, or takes again. */
    void (*stall)(void *carrier, unsigned number, bool stalled);
    /* Until nothing moves any more. */
    void (*run)(void *carrier);
    const struct carrier_reply *(*reply)(void *carrier, unsigned number);
    /* All exchanges are closed by now; proves that nothing is left. */
    void (*close)(void *carrier);
};

extern const struct carrier_kind http1_carrier, fake_carrier;

#endif
