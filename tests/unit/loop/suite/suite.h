/* SPDX-License-Identifier: Apache-2.0
 *
 * suite - what a test of the seam needs on either body: a loop, a place to listen, peers that
 * record what happens to them. The tests of tests/unit/loop/suite run against both bodies; each
 * body brings the four functions at the end.
 */
#ifndef TESTS_UNIT_LOOP_SUITE_SUITE_H
#define TESTS_UNIT_LOOP_SUITE_SUITE_H

#include "loop/listener.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "loop/timer.h"

struct suite {
    struct loop *loop;
    struct address place;  /* where to listen; port 0 */
    const char *directory; /* for files; exists, and is empty */
    void *body;

    const unsigned *counter; /* suite_until() waits for it ... */
    unsigned target;         /* ... to reach this */
    bool is_reached;
    struct timer guard;
};

/* One end of a connection. It reads what comes unless it is told not to. */
struct peer {
    struct suite *suite;
    struct stream *stream;
    bool is_lazy; /* on_readable() is counted, nothing is read */
    unsigned connected, readable, writable, hangups, ends;
    int connect_error, hangup_error, read_error;
    unsigned received;                   /* bytes */
    unsigned wrong;                      /* bytes that are not what pattern_at() says */
    void (*on_event)(struct peer *peer); /* after each event, if set */
    void *on_event_user;
};

extern const struct stream_events peer_events;

int suite_open(void **state);
int suite_close(void **state);

/* Turns until *counter >= target; the test fails when that takes too long. */
void suite_until(struct suite *suite, const unsigned *counter, unsigned target);
/* Turns for a while, for what must not happen. */
void suite_for_ms(struct suite *suite, uint64_t duration_ms);
/* A counter has moved. */
void suite_moved(struct suite *suite);

/* A connection; both ends are connected and bound. */
void suite_pair(struct suite *suite, struct peer *client, struct peer *server);
/* What byte `offset` of every test's payload is, so that loss and disorder show. */
char pattern_at(size_t offset);
/* Writes payload bytes [from, to); returns how many were taken. */
size_t peer_write(struct peer *peer, size_t from, size_t to);
void peer_close(struct peer *peer);

/* By the body: */
void suite_body_open(struct suite *suite);
void suite_body_close(struct suite *suite);
/* Turns until suite_body_reached() is called. */
void suite_body_drive(struct suite *suite);
void suite_body_reached(struct suite *suite);

#endif
