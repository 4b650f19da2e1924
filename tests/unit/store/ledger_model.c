/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/ledger_model.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/hash.h"
#include "store/store_budget.h"
#include "store/store_key.h"
#include "store/store_usage.h"

#define DAY 20700
#define NOW_MS UINT64_C(1790000000000)
#define BATCH 4

/* A key's name begins with its place in the model. */
struct named_key {
    char name[16];
    struct store_key key;
};

static void digest_of(unsigned place, uint64_t secret, uint8_t *ret_digest)
{
    for (uint64_t i = 0; i < STORE_DIGEST_BYTES; i++)
        ret_digest[i] = (uint8_t)hash_mix(hash_mix(place, secret), i);
}

static void make_key(struct named_key *named, unsigned place, uint64_t secret)
{
    snprintf(named->name, sizeof named->name, "%u", place);
    named->key = (struct store_key){.name = bytes_from_cstr(named->name),
                                    .tenant = place % 2 ? BYTES("odd") : BYTES("even"),
                                    .shown = BYTES("ist_ab12..."),
                                    .models = BYTES("*"),
                                    .created_ms = NOW_MS};
    digest_of(place, secret, named->key.digest);
}

/* From now on the store may hold it. */
static void ask(struct model_range *range, uint64_t wanted)
{
    if (range->most < wanted)
        range->most = wanted;
}

static void settle(struct model_range *range)
{
    range->most = range->least;
}

/* What failed before a change that was stored is undone for good: the change lies where it lay. */
static void settle_all(struct ledger_model *model)
{
    for (unsigned i = 0; i < MODEL_KEYS; i++) {
        settle(&model->is_there[i]);
        settle(&model->is_revoked[i]);
        settle(&model->secret[i]);
    }
    for (unsigned i = 0; i < MODEL_ACCOUNTS; i++)
        settle(&model->drawn[i]);
    settle(&model->requests);
}

/* From now on the store must hold it. The process may be killed between any two lines of this. */
static bool finish(struct ledger_model *model, enum store_status status, struct model_range *ranges,
                   unsigned count)
{
    if (status != STORE_OK)
        return false;
    for (unsigned i = 0; i < count; i++)
        ranges[i].least = ranges[i].most;
    atomic_signal_fence(memory_order_seq_cst);
    settle_all(model);
    return true;
}

static bool put(struct ledger_model *model, struct store *store, unsigned place)
{
    struct named_key named;
    uint64_t id = 0;
    make_key(&named, place, 0);
    ask(&model->is_there[place], 1);
    enum store_status status = store_key_put(store, &named.key, STORE_ADD, &id);
    return finish(model, status, &model->is_there[place], 1);
}

static bool import(struct ledger_model *model, struct store *store, unsigned place)
{
    struct named_key named;
    uint64_t id = 0;
    enum store_status status = store_begin(store);
    for (unsigned i = 0; status == STORE_OK && i < BATCH; i++) {
        make_key(&named, place + i, model->secret[place + i].least);
        ask(&model->is_there[place + i], 1);
        status = store_key_put(store, &named.key, STORE_PUT, &id);
    }
    if (status == STORE_OK)
        status = store_commit(store);
    else
        store_rollback(store);
    return finish(model, status, &model->is_there[place], BATCH);
}

static bool revoke(struct ledger_model *model, struct store *store, unsigned place)
{
    struct named_key named;
    make_key(&named, place, 0);
    ask(&model->is_revoked[place], 1);
    enum store_status status = store_key_revoke(store, named.key.name, NOW_MS);
    return finish(model, status, &model->is_revoked[place], 1);
}

static bool rotate(struct ledger_model *model, struct store *store, unsigned place)
{
    struct named_key named;
    uint64_t secret = model->secret[place].least + 1;
    make_key(&named, place, secret);
    struct store_rotation rotation = {.name = named.key.name, .shown = named.key.shown};
    memcpy(rotation.digest, named.key.digest, sizeof rotation.digest);
    ask(&model->secret[place], secret);
    return finish(model, store_key_rotate(store, &rotation), &model->secret[place], 1);
}

static bool draw(struct ledger_model *model, struct store *store, struct random *random)
{
    struct store_budget budgets[MODEL_ACCOUNTS];
    for (unsigned i = 0; i < MODEL_ACCOUNTS; i++) {
        uint64_t wanted = model->drawn[i].most + random_below(random, 1000);
        ask(&model->drawn[i], wanted);
        budgets[i] = (struct store_budget){i, STORE_MONTH, DAY, wanted, 0, 0};
    }
    enum store_status status = store_budget_draw(store, budgets, MODEL_ACCOUNTS);
    return finish(model, status, model->drawn, MODEL_ACCOUNTS);
}

static bool use(struct ledger_model *model, struct store *store, unsigned place)
{
    struct named_key named;
    make_key(&named, place, 0);
    struct store_usage usage = {
        .day = DAY, .tenant = named.key.tenant, .key = named.key.name, .requests = 7};
    ask(&model->requests, model->requests.least + 7);
    return finish(model, store_usage_add(store, &usage, 1), &model->requests, 1);
}

bool ledger_model_change(struct ledger_model *model, struct store *store, struct random *random)
{
    unsigned place = (unsigned)random_below(random, MODEL_KEYS - BATCH);
    bool is_new = model->is_there[place].least == 0;
    bool is_live = !is_new && model->is_revoked[place].most == 0;
    bool has_room = true;
    for (unsigned i = 0; i < BATCH; i++)
        has_room = has_room && model->is_revoked[place + i].most == 0;
    switch (random_below(random, 6)) {
    case 0:
        return has_room ? import(model, store, place) : draw(model, store, random);
    case 1:
        return is_live ? revoke(model, store, place) : use(model, store, place);
    case 2:
        return is_live ? rotate(model, store, place) : draw(model, store, random);
    case 3:
        return draw(model, store, random);
    case 4:
        return use(model, store, place);
    default:
        return is_new ? put(model, store, place) : use(model, store, place);
    }
}

/* --- what is there ------------------------------------------------------------------------- */

struct reading {
    uint64_t is_there[MODEL_KEYS], is_revoked[MODEL_KEYS], secret[MODEL_KEYS];
    uint64_t drawn[MODEL_ACCOUNTS];
    uint64_t requests;
    const struct ledger_model *model;
};

static bool has_secret(const struct store_key *key, unsigned place, uint64_t secret)
{
    uint8_t digest[STORE_DIGEST_BYTES];
    digest_of(place, secret, digest);
    return memcmp(key->digest, digest, sizeof digest) == 0;
}

static bool read_key(void *user, const struct store_key *key)
{
    struct reading *reading = user;
    uint64_t place = MODEL_KEYS;
    if (!bytes_read_u64(key->name, &place) || place >= MODEL_KEYS)
        return false;
    uint64_t secret = 0, most = reading->model->secret[place].most;
    while (secret <= most && !has_secret(key, (unsigned)place, secret))
        secret++;
    reading->is_there[place] = 1;
    reading->is_revoked[place] = key->revoked_ms > 0;
    reading->secret[place] = secret;
    return true;
}

static bool read_budget(void *user, const struct store_budget *budget)
{
    struct reading *reading = user;
    reading->drawn[budget->account] = budget->drawn_nusd;
    return true;
}

static bool read_usage(void *user, const struct store_usage *usage)
{
    struct reading *reading = user;
    reading->requests = usage->requests;
    return true;
}

static bool read_all(struct reading *reading, struct store *store)
{
    struct store_visitor visitor = {NULL, read_key, reading};
    struct store_report report = {.first_day = DAY, .last_day = DAY};
    struct store_state state = {0};
    enum store_status status = store_check(store);
    if (status == STORE_OK)
        status = store_key_load(store, 0, &visitor, &state);
    if (status == STORE_OK)
        status = store_budget_load(store, 0, read_budget, reading);
    if (status == STORE_OK)
        status = store_usage_report(store, &report, read_usage, reading);
    if (status != STORE_OK)
        fprintf(stderr, "%s: %s\n", store_status_name(status), store_sentence(store));
    return status == STORE_OK && state.keys == state.keys_ever;
}

static bool check(const char *what, unsigned place, struct model_range *wanted, uint64_t found)
{
    bool is_right = found >= wanted->least && found <= wanted->most;
    if (!is_right)
        fprintf(stderr, "%s %u is %llu, which is not in %llu to %llu\n", what, place,
                (unsigned long long)found, (unsigned long long)wanted->least,
                (unsigned long long)wanted->most);
    *wanted = (struct model_range){found, found};
    return is_right;
}

bool ledger_model_verify(struct ledger_model *model, struct store *store)
{
    struct reading reading = {.model = model};
    bool ok = read_all(&reading, store);
    for (unsigned i = 0; i < MODEL_KEYS; i++) {
        ok &= check("the presence of key", i, &model->is_there[i], reading.is_there[i]);
        ok &= check("the revocation of key", i, &model->is_revoked[i], reading.is_revoked[i]);
        ok &= check("the secret of key", i, &model->secret[i], reading.secret[i]);
    }
    for (unsigned i = 0; i < MODEL_ACCOUNTS; i++)
        ok &= check("what was drawn by account", i, &model->drawn[i], reading.drawn[i]);
    ok &= check("usage on day", DAY, &model->requests, reading.requests);
    return ok;
}
