/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_key.h"

#include <assert.h>

#include "store/problem.h"
#include "store/row.h"
#include "store/transaction.h"

/* What is known of a key before it is changed; id 0: there is none of that name. */
struct standing {
    uint64_t id, revoked_ms;
};

static enum store_status find_standing(struct store *store, struct bytes name,
                                       struct standing *ret_standing)
{
    struct query query;
    query_begin(&query, store, SQL_KEY_STANDING);
    query_bind_text(&query, name);
    if (query_next(&query)) {
        ret_standing->id = query_number(&query);
        ret_standing->revoked_ms = query_number(&query);
    }
    return query_end(&query);
}

static enum store_status say_of_key(struct store *store, enum store_status status,
                                    struct bytes name)
{
    int length = (int)(name.length < STORE_NAME_BYTES ? name.length : STORE_NAME_BYTES);
    const char *text = name.at ? name.at : "";
    if (status == STORE_NOT_FOUND)
        return problem_say(store, status, "there is no key \"%.*s\"", length, text);
    if (status == STORE_EXISTS)
        return problem_say(store, status, "there is already a key \"%.*s\"", length, text);
    return problem_say(store, status,
                       "key \"%.*s\" is revoked, which is for ever: add one of another name",
                       length, text);
}

/* A key that is there and not revoked. */
static enum store_status find_live(struct store *store, struct bytes name,
                                   struct standing *ret_standing)
{
    enum store_status status = find_standing(store, name, ret_standing);
    if (status != STORE_OK)
        return status;
    if (ret_standing->id == 0)
        return say_of_key(store, STORE_NOT_FOUND, name);
    return ret_standing->revoked_ms > 0 ? say_of_key(store, STORE_REVOKED, name) : STORE_OK;
}

/* No other key than that of the name `but_of` has it, or had it before its last rotation. */
static enum store_status check_digest(struct store *store, const uint8_t *digest,
                                      struct bytes but_of)
{
    struct query query;
    enum store_status taken = STORE_OK;
    query_begin(&query, store, SQL_KEY_WITH_DIGEST);
    query_bind_blob(&query, bytes_of((const char *)digest, STORE_DIGEST_BYTES));
    query_bind_text(&query, but_of);
    if (query_next(&query)) {
        struct bytes name = query_text(&query);
        taken = problem_say(store, STORE_EXISTS, "this secret is key \"%.*s\"'s", (int)name.length,
                            name.at);
    }
    enum store_status status = query_end(&query);
    return status == STORE_OK ? taken : status;
}

static enum store_status check_texts(struct store *store, const struct store_key *key)
{
    const struct {
        const char *whose;
        struct bytes text;
    } texts[] = {
        {"what is shown of a key", key->shown},     {"the models of a key", key->models},
        {"the routes of a key", key->routes},       {"the regions of a key", key->regions},
        {"the class of a key", key->service_class}, {"the labels of a key", key->labels},
    };
    enum store_status status = row_check_name(store, "the name of a key", key->name);
    for (size_t i = 0; status == STORE_OK && i < sizeof texts / sizeof texts[0]; i++)
        status = row_check_text(store, texts[i].whose, texts[i].text);
    return status;
}

static enum store_status check_put(struct store *store, const struct store_key *key,
                                   enum store_put how, struct standing *ret_standing)
{
    enum store_status status = check_texts(store, key);
    if (status == STORE_OK)
        status = find_standing(store, key->name, ret_standing);
    if (status != STORE_OK)
        return status;
    bool is_new = ret_standing->id == 0;
    if (!is_new && how == STORE_ADD)
        return say_of_key(store, STORE_EXISTS, key->name);
    if (is_new && how == STORE_CHANGE)
        return say_of_key(store, STORE_NOT_FOUND, key->name);
    if (ret_standing->revoked_ms > 0)
        return say_of_key(store, STORE_REVOKED, key->name);
    return check_digest(store, key->digest, key->name);
}

static enum store_status find_or_add_tenant(struct store *store, struct bytes name,
                                            uint64_t *ret_id)
{
    struct store_tenant without_limits = {.name = name};
    enum store_status status = row_find_tenant(store, name, ret_id);
    if (status == STORE_OK && *ret_id == 0)
        status = row_write_tenant(store, &without_limits, ret_id);
    return status;
}

/* The parameters that SQL_KEY_ADD and SQL_KEY_CHANGE have in common. */
static void bind_key(struct query *query, const struct store_key *key)
{
    query_bind_number(query, key->id);
    query_bind_number(query, key->tenant_id);
    query_bind_blob(query, bytes_of((const char *)key->digest, STORE_DIGEST_BYTES));
    query_bind_text(query, key->shown);
    query_bind_text(query, key->models);
    query_bind_text(query, key->routes);
    query_bind_text(query, key->regions);
    query_bind_text(query, key->service_class);
    query_bind_text(query, key->labels);
    row_bind_limits(query, &key->limits);
    query_bind_number(query, key->expires_ms);
    query_bind_number(query, key->change);
}

static enum store_status write_key(struct store *store, const struct store_key *key, bool is_new)
{
    struct query query;
    query_begin(&query, store, is_new ? SQL_KEY_ADD : SQL_KEY_CHANGE);
    bind_key(&query, key);
    if (is_new) {
        query_bind_text(&query, key->name);
        query_bind_number(&query, key->created_ms);
    }
    return query_run(&query);
}

static enum store_status put(struct store *store, const struct store_key *key, enum store_put how,
                             uint64_t *ret_id)
{
    struct standing standing = {0};
    struct row_counter counter = {0};
    struct store_key row = *key;
    enum store_status status = check_put(store, key, how, &standing);
    if (status == STORE_OK)
        status = find_or_add_tenant(store, key->tenant, &row.tenant_id);
    bool is_new = standing.id == 0;
    if (status == STORE_OK)
        status = row_count_change(store, is_new, is_new, &counter);
    if (status != STORE_OK)
        return status;
    row.id = is_new ? counter.last_id : standing.id;
    row.change = counter.change;
    *ret_id = row.id;
    return write_key(store, &row, is_new);
}

enum store_status store_key_put(struct store *store, const struct store_key *key,
                                enum store_put how, uint64_t *ret_id)
{
    enum store_status status = transaction_begin_change(store);
    if (status == STORE_OK)
        status = transaction_end(store, put(store, key, how, ret_id));
    return status;
}

static enum store_status revoke(struct store *store, struct bytes name, uint64_t now_ms)
{
    struct standing standing = {0};
    struct row_counter counter = {0};
    enum store_status status = find_live(store, name, &standing);
    if (status == STORE_OK)
        status = row_count_change(store, 0, 0, &counter);
    if (status != STORE_OK)
        return status;
    struct query query;
    query_begin(&query, store, SQL_KEY_REVOKE);
    query_bind_number(&query, standing.id);
    query_bind_number(&query, now_ms);
    query_bind_number(&query, counter.change);
    return query_run(&query);
}

enum store_status store_key_revoke(struct store *store, struct bytes name, uint64_t now_ms)
{
    assert(now_ms > 0);
    enum store_status status = transaction_begin_change(store);
    if (status == STORE_OK)
        status = transaction_end(store, revoke(store, name, now_ms));
    return status;
}

static enum store_status rotate(struct store *store, const struct store_rotation *rotation)
{
    struct standing standing = {0};
    struct row_counter counter = {0};
    enum store_status status = row_check_text(store, "what is shown of a key", rotation->shown);
    if (status == STORE_OK)
        status = find_live(store, rotation->name, &standing);
    if (status == STORE_OK)
        status = check_digest(store, rotation->digest, BYTES(""));
    if (status == STORE_OK)
        status = row_count_change(store, 0, 0, &counter);
    if (status != STORE_OK)
        return status;
    struct query query;
    query_begin(&query, store, SQL_KEY_ROTATE);
    query_bind_number(&query, standing.id);
    query_bind_blob(&query, bytes_of((const char *)rotation->digest, STORE_DIGEST_BYTES));
    query_bind_text(&query, rotation->shown);
    query_bind_number(&query, rotation->old_until_ms);
    query_bind_number(&query, counter.change);
    return query_run(&query);
}

enum store_status store_key_rotate(struct store *store, const struct store_rotation *rotation)
{
    enum store_status status = transaction_begin_change(store);
    if (status == STORE_OK)
        status = transaction_end(store, rotate(store, rotation));
    return status;
}
