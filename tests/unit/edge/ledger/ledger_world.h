/* SPDX-License-Identifier: Apache-2.0
 *
 * ledger_world - a ledger in a world: two seats (one on the main loop, one on a loop of its own),
 * the store on the node's simulated disk, and an office: the operator's own connection to it, as
 * the command line tool would have.
 *
 * Errors   what the harness itself needs and does not get fails the test.
 */
#ifndef TESTS_UNIT_EDGE_LEDGER_LEDGER_WORLD_H
#define TESTS_UNIT_EDGE_LEDGER_LEDGER_WORLD_H

#include "edge/ledger/ledger.h"
#include "edge/ledger/seat.h"
#include "limit/limiter.h"
#include "loop/sim/world.h"
#include "store/store_budget.h"
#include "store/store_key.h"
#include "store/store_usage.h"
#include "tests/sim/sqlite_vfs.h"

#define SEATS 2
#define STORE_PATH "data/isthmus.db"
#define CHUNK_NUSD 1000000

struct ledger_world {
    struct world *world;
    struct world_node *node;
    struct sqlite_vfs *vfs;
    struct loop *loops[SEATS]; /* the second: from its start to its end */
    struct edge_config config; /* change it before ledger_world_start() */
    struct memory_budget memory;
    struct ledger *ledger; /* NULL: not started */
    struct seat *seats[SEATS];
    enum access_state first_state; /* of keys, at the first seat, as it was taken */
    struct store *office;          /* NULL: closed */
    struct buffer log;             /* all lines so far */
    unsigned stopped, ended;
    bool spares_memory; /* memory fails (failing_memory.h) only while the world runs */
};

/* A node with a folder data/. */
void ledger_world_open(struct ledger_world *self, uint64_t seed);
void ledger_world_open_office(struct ledger_world *self);
void ledger_world_close_office(struct ledger_world *self);
/* What ledger_open() says. */
int ledger_world_try(struct ledger_world *self);
/* Of a ledger that was opened. */
void ledger_world_take_seats(struct ledger_world *self);
/* Both. */
void ledger_world_start(struct ledger_world *self);
/* Started, with an office, and one key "alice" of tenant "acme" with a budget of 50 chunks a day;
 * the seats know it. */
void ledger_world_begin(struct ledger_world *self, uint64_t seed);
/* A clean stop; closes the ledger. */
void ledger_world_stop(struct ledger_world *self);
/* The process ends at once, with or without the power, and a new one is there, not started. */
void ledger_world_crash(struct ledger_world *self, bool power_loss);
/* Stops what runs, closes all, and proves that nothing is left. */
void ledger_world_close(struct ledger_world *self);

void ledger_world_run_ms(struct ledger_world *self, uint64_t ms);
/* Until the condition holds; how long that took. Fails the test after most_ms. */
typedef bool ledger_world_is(struct ledger_world *self);
uint64_t ledger_world_until(struct ledger_world *self, ledger_world_is *is, uint64_t most_ms);
bool seats_are_ready(struct ledger_world *self);

/* How often a log line holds the text. */
unsigned ledger_world_logged(const struct ledger_world *self, const char *text);

/* The office's work. */
struct store_key row_of_key(const char *name);
void put_key(struct ledger_world *self, const char *name);
void revoke_key(struct ledger_world *self, const char *name);
/* The key is found by `secret` from now on (seat_key()), and for so long by its old one. */
void rotate_key(struct ledger_world *self, const char *name, const char *secret,
                uint64_t overlap_ms);
/* The budget of this account and day, as it is in the store; zeroed: there is none. */
struct store_budget stored_budget(struct ledger_world *self, uint64_t account);

/* What a seat knows of the key with this secret, which at first is its name; NULL: nothing. */
const struct key *seat_key(struct ledger_world *self, size_t seat, const char *secret);

/* A customer: key "alice", who reserves at a seat and waits if she has to. */
struct customer {
    struct ledger_world *self;
    size_t seat;
    struct seat_wait wait;
    struct limit_subject subject;
    struct limit_admission admission;
    struct limit_reservation reservation;
    enum limit_verdict verdict; /* the last */
    unsigned told_again, told_failed;
};

void customer_init(struct customer *customer, struct ledger_world *self, size_t seat);
/* Reserves; what wants a draw is asked for again each time the seat says so. */
void customer_ask(struct customer *customer, uint64_t nusd);
void customer_settle(struct customer *customer, uint64_t nusd);

#endif
