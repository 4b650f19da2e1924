/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/keys/many_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TENANTS 1000

void fail(const char *why)
{
    fprintf(stderr, "%s\n", why);
    exit(EXIT_FAILURE);
}

uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void make_secret(char ret_secret[SECRET_KEY_CHARACTERS + 1], struct random *random)
{
    uint64_t entropy[SECRET_KEY_ENTROPY_BYTES / 8];
    for (size_t i = 0; i < SECRET_KEY_ENTROPY_BYTES / 8; i++)
        entropy[i] = random_u64(random);
    secret_key_write((const uint8_t *)entropy, ret_secret);
}

static void put_tenant(struct key_table *table, size_t number)
{
    char name[40];
    (void)snprintf(name, sizeof name, "tenant-%zu", number);
    const struct tenant tenant = {.id = 1 + number, .name = name, .limits.concurrency = 100};
    if (key_table_put_tenant(table, &tenant) < 0)
        fail("no memory for the tenants");
}

static void put_key(struct many_keys *keys, size_t number)
{
    static const struct bytes models[] = {{"llama-3-*", 9}, {"qwen-2.5-coder", 14}};
    static const struct bytes routes[] = {{"*", 1}};
    char name[40], tenant[40];
    (void)snprintf(name, sizeof name, "application-%zu", number);
    (void)snprintf(tenant, sizeof tenant, "tenant-%zu", number % TENANTS);
    struct key key = {
        .id = 1 + TENANTS + number,
        .tenant_id = 1 + number % TENANTS,
        .name = name,
        .tenant = tenant,
        .labels = "team=search,env=production",
        .models = {models, 2},
        .routes = {routes, 1},
        .limits = {.requests_per_minute = 600, .tokens_per_minute = 100000},
        .class = CLASS_STANDARD,
    };
    struct bytes secret = bytes_from_cstr(keys->secrets[number]);
    if (secret_key_digest(keys->hasher, secret, key.digest) < 0 ||
        key_table_put(keys->table, &key) < 0)
        fail("no memory for the keys");
}

void many_keys_make(struct many_keys *ret_keys, size_t count, struct random *random)
{
    struct many_keys keys = {.count = count, .secrets = calloc(count, sizeof *keys.secrets)};
    keys.table = key_table_new(random_u64(random));
    if (!keys.secrets || !keys.table || secret_hasher_open(&keys.hasher) < 0)
        fail("no memory");
    for (size_t i = 0; i < TENANTS; i++)
        put_tenant(keys.table, i);
    for (size_t i = 0; i < count; i++) {
        make_secret(keys.secrets[i], random);
        put_key(&keys, i);
    }
    *ret_keys = keys;
}

void many_keys_clear(struct many_keys *keys)
{
    key_table_release(keys->table);
    secret_hasher_close(keys->hasher);
    free(keys->secrets);
}
