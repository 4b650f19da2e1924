/* SPDX-License-Identifier: Apache-2.0
 *
 * store_world - a store on the simulated disk of a node, and rows to put into it.
 */
#ifndef TESTS_UNIT_STORE_STORE_WORLD_H
#define TESTS_UNIT_STORE_STORE_WORLD_H

#include "loop/sim/world.h"
#include "store/store_budget.h"
#include "store/store_key.h"
#include "store/store_usage.h"
#include "tests/sim/sqlite_vfs.h"

#define STORE_PATH "data/isthmus.db"
#define NOW_MS UINT64_C(1790000000000)

struct store_world {
    struct world *world;
    struct world_node *node;
    struct sqlite_vfs *vfs;
    struct store *store; /* NULL while it is closed */
};

/* A node with a folder data/, and no store yet. */
void store_world_open(struct store_world *self, uint64_t seed);
/* What store_open() says; the store may be a failed one. */
enum store_status store_world_open_store(struct store_world *self);
void store_world_close_store(struct store_world *self);
/* The process ends at once, with or without the power; a new one is there, without a store. */
void store_world_crash(struct store_world *self, bool power_loss);
void store_world_close(struct store_world *self);

/* A world with an open store. */
void store_world_begin(struct store_world *self, uint64_t seed);

/* A key of tenant "team", whose digest is made from the name. */
struct store_key key_named(const char *name);
void digest_of(const char *secret, uint8_t ret_digest[STORE_DIGEST_BYTES]);
/* Adds key_named(); returns its id. */
uint64_t put_key(struct store *store, const char *name);
/* The row that is in the store; its texts are empty. */
struct store_key stored_key(struct store *store, const char *name);

#define assert_status(store, call, wanted) assert_status_at(store, call, wanted, __FILE__, __LINE__)
#define assert_stored(store, call) assert_status(store, call, STORE_OK)
void assert_status_at(const struct store *store, enum store_status status, enum store_status wanted,
                      const char *file, int line);

#endif
