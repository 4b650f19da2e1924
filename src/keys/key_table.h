/* SPDX-License-Identifier: Apache-2.0
 *
 * key_table - all keys and tenants, as a snapshot: found by digest, by id and by name.
 *
 *   table = key_table_fork(shown);        shares everything with what is shown now
 *   key_table_put(table, &key);           once for each row that changed
 *   ... show it to the workers, and
 *   key_table_release(shown);
 *
 * A fork costs the same however many keys there are, and a change copies one small piece of the
 * index: a revocation among 100,000 keys takes microseconds.
 *
 * Units    wall milliseconds since 1970, passed in.
 * Memory   counted; a key found lives as long as the table it was found in (or key_hold() it).
 * Threads  whoever forked a table changes it; once another thread sees it, nobody does. Holding
 *          and releasing is allowed on any thread.
 * Errors   NULL or -ENOMEM; the table is then as it was.
 */
#ifndef KEYS_KEY_TABLE_H
#define KEYS_KEY_TABLE_H

#include "keys/key.h"

struct key_table;

/* An empty one. The seed is random and secret, so that nobody can choose where a guess is looked
 * for. */
struct key_table *key_table_new(uint64_t seed);
struct key_table *key_table_fork(const struct key_table *base);
void key_table_hold(struct key_table *table);
/* NULL does nothing. */
void key_table_release(struct key_table *table);

/* Adds the key, or replaces the one with its id, whose digests are then found no more. That no two
 * keys have one digest is the store's affair; of two such either is found. */
int key_table_put(struct key_table *table, const struct key *key);
/* Adds the tenant, or replaces the one of its name. */
int key_table_put_tenant(struct key_table *table, const struct tenant *tenant);

/* Revoked and expired keys are found as well, but not by an old digest whose time is over. Digests
 * are compared in constant time. */
const struct key *key_table_find(const struct key_table *table,
                                 const uint8_t digest[KEY_DIGEST_BYTES], uint64_t wall_ms);
const struct key *key_table_find_id(const struct key_table *table, uint64_t id);
const struct tenant *key_table_tenant(const struct key_table *table, struct bytes name);
const struct tenant *key_table_tenant_id(const struct key_table *table, uint64_t id);
size_t key_table_count(const struct key_table *table);

#endif
