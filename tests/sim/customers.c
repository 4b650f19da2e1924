/* SPDX-License-Identifier: Apache-2.0 */
#include "customers.h"

#include <stdio.h>
#include <stdlib.h>

#include "keys/secret_key.h"
#include "loop/file.h"
#include "sqlite_vfs.h"
#include "store/store_budget.h"
#include "store/store_key.h"

#define TOKEN_USD 0.001
#define TOKEN_NUSD 1000000
#define SHARING_TENANT "sharing"
/* What a question is, beside the tokens of its answer: its prompt, and what is guessed of it. */
#define PROMPT_TOKENS 64
/* Several of one key are under way where a client has left and come again. */
#define UNDER_WAY 4

static const char *const kind_names[CUSTOMER_KINDS] = {"rich",   "poor",    "sharing", "busy",
                                                       "narrow", "leaving", "stranger"};

static void complain(const struct customers *customers, const char *who, const char *what,
                     uint64_t is, uint64_t may_be)
{
    char line[200];
    (void)snprintf(line, sizeof line, "%s: %s: %llu, and it should be %llu", who, what,
                   (unsigned long long)is, (unsigned long long)may_be);
    customers->on_violation(customers->user, bytes_from_cstr(line));
}

static void must(const struct customers *customers, enum store_status status, const char *what)
{
    if (status == STORE_OK)
        return;
    (void)fprintf(stderr, "the world itself: %s: %s\n", what, store_sentence(customers->store));
    abort();
}

/* ---- who they are ---- */

static void draw_secret(struct customer *customer, struct random *random)
{
    uint8_t entropy[SECRET_KEY_ENTROPY_BYTES];
    for (size_t i = 0; i < sizeof entropy; i++)
        entropy[i] = (uint8_t)random_below(random, 256);
    secret_key_write(entropy, customer->secret);
}

static void draw_customer(struct customers *customers, struct random *random, unsigned i)
{
    static const enum customer_kind kinds[] = {
        CUSTOMER_RICH, CUSTOMER_RICH,   CUSTOMER_RICH,    CUSTOMER_POOR,    CUSTOMER_SHARING,
        CUSTOMER_BUSY, CUSTOMER_NARROW, CUSTOMER_LEAVING, CUSTOMER_STRANGER};
    struct customer *customer = &customers->of[i];
    customer->kind = kinds[random_below(random, sizeof kinds / sizeof *kinds)];
    customer->field = (unsigned)random_below(random, 3);
    (void)snprintf(customer->name, sizeof customer->name, "%s-%u", kind_names[customer->kind], i);
    draw_secret(customer, random);
    if (customer->kind == CUSTOMER_SHARING)
        customer->purse = &customers->purses[0];
    if (customer->kind == CUSTOMER_POOR)
        customer->purse = &customers->purses[1 + i];
}

/* In half of the worlds. */
void customers_draw(struct customers *customers, struct random *random, unsigned count,
                    struct fault_plan *faults)
{
    customers->count = count;
    customers->are_asked = random_chance(random, 1, 2);
    customers->revoke_ns = random_between(random, 200, 4000) * NS_PER_MS;
    customers->hears_ns = NS_PER_S * (faults->world[FAULT_SLOW_MAILBOX] > 0 ? 3 : 1);
    if (customers->are_asked)
        fault_plan_draw_disk(faults, random);
    customers->disk_is_sound = faults->disk_is_sound;
    bool cuts = random_chance(random, 1, 2);
    for (unsigned i = 0; i <= CUSTOMERS_LIMIT; i++)
        customers->purses[i] =
            (struct purse){.tokens = random_between(random, 100, 3000), .cuts = cuts};
    for (unsigned i = 0; i < count; i++)
        draw_customer(customers, random, i);
}

struct customer *customers_of(struct customers *customers, unsigned client)
{
    return customers->are_asked ? &customers->of[client] : NULL;
}

void customers_configure(const struct customers *customers, struct buffer *yaml)
{
    if (!customers->are_asked)
        return;
    if (buffer_append_format(yaml,
                             "auth: keys\ndata_dir: " CUSTOMERS_FOLDER "\n"
                             "prices:\n  \"*\": {in: %d, out: %d}\n"
                             "budgets: {chunk: 0.05, overrun: %s}\n",
                             TOKEN_NUSD / 1000, TOKEN_NUSD / 1000,
                             customers->purses[0].cuts ? "cut" : "finish") < 0)
        abort();
}

/* ---- what stands in the store ---- */

static struct store_key row_of(const struct customer *customer)
{
    bool is_narrow = customer->kind == CUSTOMER_NARROW;
    bool is_sharing = customer->kind == CUSTOMER_SHARING;
    struct store_key row = {
        .name = bytes_from_cstr(customer->name),
        .tenant = is_sharing ? BYTES(SHARING_TENANT) : BYTES("default"),
        .shown = BYTES("ist_..."),
        .models = is_narrow ? BYTES("ra,sim,fas,an") : BYTES("*"),
        .routes = is_narrow ? BYTES("/v1/chat/completions,/v1/mess") : BYTES("*"),
        .service_class = BYTES("standard"),
    };
    if (customer->kind == CUSTOMER_POOR)
        row.limits.month_nusd = customer->purse->tokens * TOKEN_NUSD;
    if (customer->kind == CUSTOMER_BUSY)
        row.limits = (struct store_limits){.requests_per_minute = 20, .concurrency = 1};
    return row;
}

static void put_keys(struct customers *customers, struct secret_hasher *hasher)
{
    uint64_t id, *owner = &customers->purses[0].owner;
    const struct store_tenant sharing = {
        .name = BYTES(SHARING_TENANT), .limits.day_nusd = customers->purses[0].tokens * TOKEN_NUSD};
    must(customers, store_tenant_put(customers->store, &sharing, owner), "a tenant");
    for (unsigned i = 0; i < customers->count; i++) {
        const struct customer *customer = &customers->of[i];
        struct store_key row = row_of(customer);
        if (customer->kind == CUSTOMER_STRANGER)
            continue;
        if (secret_key_digest(hasher, bytes_from_cstr(customer->secret), row.digest) < 0)
            abort();
        owner = customer->kind == CUSTOMER_POOR ? &customer->purse->owner : &id;
        must(customers, store_key_put(customers->store, &row, STORE_ADD, owner), "a key");
    }
}

void customers_open(struct customers *customers, struct loop *edge)
{
    const struct store_options options = {.path = CUSTOMERS_FOLDER "/" STORE_FILE_NAME,
                                          .vfs = CUSTOMERS_VFS};
    struct secret_hasher *hasher;
    if (!customers->are_asked)
        return;
    if (file_make_directory(edge, CUSTOMERS_FOLDER) < 0 || secret_hasher_open(&hasher) < 0 ||
        sqlite_vfs_open(&customers->vfs, edge, CUSTOMERS_VFS) < 0)
        abort();
    must(customers, store_open(&customers->store, edge, &options), "the store");
    put_keys(customers, hasher);
    customers->revoke_ns += loop_now_ns(edge);
    secret_hasher_close(hasher);
}

void customers_close(struct customers *customers)
{
    store_close(customers->store);
    if (customers->vfs)
        sqlite_vfs_close(customers->vfs);
    customers->store = NULL;
    customers->vfs = NULL;
}

/* ---- what was drawn ---- */

static bool on_budget(void *user, const struct store_budget *budget)
{
    struct customers *customers = user;
    for (unsigned i = 0; i <= CUSTOMERS_LIMIT; i++) {
        struct purse *purse = &customers->purses[i];
        if (purse->owner == budget->account)
            purse->drawn = budget->drawn_nusd / TOKEN_NUSD;
    }
    return true;
}

/* Beyond the budget nothing is drawn. */
static bool is_behind(const struct purse *purse)
{
    return purse->spent > purse->drawn && purse->drawn < purse->tokens;
}

static void check_drawn(const struct customers *customers, struct purse *purse, uint64_t now_ns)
{
    if (!is_behind(purse))
        purse->behind_ns = 0;
    else if (purse->behind_ns == 0)
        purse->behind_ns = now_ns;
    else if (now_ns - purse->behind_ns > customers->hears_ns && customers->disk_is_sound)
        complain(customers, "a purse", "tokens drawn", purse->drawn, purse->spent);
}

static bool is_any_behind(const struct customers *customers)
{
    for (unsigned i = 0; i <= CUSTOMERS_LIMIT; i++)
        if (is_behind(&customers->purses[i]))
            return true;
    return false;
}

static void look_at_draws(struct customers *customers, uint64_t now_ns)
{
    if (!is_any_behind(customers) ||
        store_budget_load(customers->store, 0, on_budget, customers) != STORE_OK)
        return;
    for (unsigned i = 0; i <= CUSTOMERS_LIMIT; i++)
        check_drawn(customers, &customers->purses[i], now_ns);
}

/* ---- keys that are revoked ---- */

/* A disk that fails has kept it or not; it is tried again. */
static bool revoke(struct customers *customers, const struct customer *customer)
{
    enum store_status status =
        store_key_revoke(customers->store, bytes_from_cstr(customer->name), 1);
    return status == STORE_OK || status == STORE_REVOKED;
}

/* The edge has a moment to hear of it, where its disk does what it is told. */
static void look_at_key(struct customers *customers, struct customer *customer, uint64_t now_ns)
{
    if (!customer->may_be_revoked) {
        customer->may_be_revoked = revoke(customers, customer);
        customers->revoke_ns = now_ns + (customer->may_be_revoked ? 0 : NS_PER_S);
    }
    customer->is_revoked = customer->may_be_revoked && customers->disk_is_sound &&
                           now_ns > customers->revoke_ns + customers->hears_ns;
}

static void look_at_keys(struct customers *customers, uint64_t now_ns)
{
    for (unsigned i = 0; i < customers->count && now_ns >= customers->revoke_ns; i++)
        if (customers->of[i].kind == CUSTOMER_LEAVING && !customers->of[i].is_revoked)
            look_at_key(customers, &customers->of[i], now_ns);
}

void customers_look(struct customers *customers, uint64_t now_ns)
{
    if (!customers->are_asked)
        return;
    look_at_keys(customers, now_ns);
    look_at_draws(customers, now_ns);
}

/* ---- what they spend ---- */

static struct bytes behind(struct bytes line, struct bytes name)
{
    ptrdiff_t at = bytes_find(line, name);
    return at < 0 ? (struct bytes){0} : bytes_after(line, (size_t)at + name.length);
}

static uint64_t number_at(struct bytes line, struct bytes name)
{
    struct bytes rest = behind(line, name);
    uint64_t number = 0;
    size_t digits = 0;
    while (digits < rest.length && rest.at[digits] >= '0' && rest.at[digits] <= '9')
        digits++;
    return bytes_read_u64(bytes_of(rest.at, digits), &number) ? number : 0;
}

static struct customer *find(struct customers *customers, struct bytes name)
{
    for (unsigned i = 0; i < customers->count; i++)
        if (bytes_equal(name, bytes_from_cstr(customers->of[i].name)))
            return &customers->of[i];
    return NULL;
}

/* An answer may be larger than what is left, and others begin before it is seen to be. */
static void check_purse(const struct customers *customers, const struct customer *customer)
{
    const struct purse *purse = customer->purse;
    unsigned owners = customer->kind == CUSTOMER_SHARING ? customers->count : 1;
    uint64_t most = purse->tokens + owners * UNDER_WAY * (customers->largest + PROMPT_TOKENS);
    if (purse->spent > most)
        complain(customers, customer->name, "tokens spent", purse->spent, most);
}

void customers_note_line(struct customers *customers, struct bytes line)
{
    struct bytes rest = behind(line, BYTES("\"key\":\""));
    struct customer *customer = rest.at ? find(customers, bytes_cut(&rest, '"')) : NULL;
    if (!customer)
        return;
    uint64_t answer_tokens = number_at(line, BYTES("\"answer_tokens\":"));
    uint64_t tokens = number_at(line, BYTES("\"prompt_tokens\":")) + answer_tokens;
    uint64_t nusd = number_at(line, BYTES("\"nusd\":"));
    if (nusd != tokens * TOKEN_NUSD)
        complain(customers, customer->name, "nano-dollars of an answer", nusd, tokens * TOKEN_NUSD);
    customer->spent += tokens;
    customer->answers += answer_tokens;
    if (!customer->purse)
        return;
    customer->purse->spent += tokens;
    check_purse(customers, customer);
}

void customers_note_answer(struct customers *customers, const struct question *question,
                           bool is_whole)
{
    uint64_t tokens = question_answer_tokens(question);
    if (!is_whole)
        customers->in_part += tokens;
    if (question->customer && is_whole)
        question->customer->received += tokens;
    if (question->customer && !is_whole)
        question->customer->in_part += tokens;
}

/* ---- what the store says in the end ---- */

struct sums {
    struct customers *customers;
    uint64_t answer_tokens;
    unsigned keys; /* bits: customers of whom there is a row */
};

static bool on_usage(void *user, const struct store_usage *usage)
{
    struct sums *sums = user;
    struct customers *customers = sums->customers;
    const struct customer *customer = find(customers, usage->key);
    uint64_t tokens = usage->prompt_tokens + usage->answer_tokens;
    sums->answer_tokens += usage->answer_tokens;
    if (customer)
        sums->keys |= 1U << (unsigned)(customer - customers->of);
    if (customer && customers->disk_is_sound && tokens != customer->spent)
        complain(customers, customer->name, "tokens in the store, not as in the log", tokens,
                 customer->spent);
    return true;
}

/* What an engine did not live to say is guessed from the bytes that came: one in four of them,
 * where each of our tokens has up to 16. */
static uint64_t most_of(uint64_t whole, uint64_t in_part)
{
    return whole + 4 * in_part;
}

static void check_customer(const struct sums *sums, unsigned i)
{
    const struct customers *customers = sums->customers;
    const struct customer *customer = &customers->of[i];
    uint64_t most = most_of(customer->received, customer->in_part);
    if (customer->answers < customer->received)
        complain(customers, customer->name, "tokens paid", customer->answers, customer->received);
    if (customer->answers > most)
        complain(customers, customer->name, "tokens paid", customer->answers, most);
    if (customers->disk_is_sound && customer->spent > 0 && !(sums->keys & 1U << i))
        complain(customers, customer->name, "rows of usage", 0, 1);
}

static void check_sum(const struct sums *sums, uint64_t made_tokens)
{
    const struct customers *customers = sums->customers;
    uint64_t most = most_of(made_tokens, customers->in_part);
    if (sums->answer_tokens + customers->in_part < made_tokens)
        complain(customers, "the store", "tokens", sums->answer_tokens, made_tokens);
    if (sums->answer_tokens > most)
        complain(customers, "the store", "tokens", sums->answer_tokens, most);
}

void customers_conclude(struct customers *customers, uint64_t made_tokens)
{
    const struct store_report report = {.by = STORE_BY_TENANT | STORE_BY_KEY,
                                        .last_day = UINT32_MAX};
    struct sums sums = {.customers = customers};
    if (!customers->are_asked)
        return;
    must(customers, store_usage_report(customers->store, &report, on_usage, &sums), "a report");
    for (unsigned i = 0; i < customers->count; i++)
        check_customer(&sums, i);
    if (made_tokens > 0)
        check_sum(&sums, made_tokens);
}
