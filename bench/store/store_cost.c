/* SPDX-License-Identifier: Apache-2.0
 *
 * store_cost DIRECTORY [KEYS] - what the store costs on the disk of DIRECTORY, with KEYS keys
 * (default 100000): one line each, `name value unit`, by the wall clock, since the disk is waited
 * for. A store that is already there is added to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "store/store_budget.h"
#include "store/store_key.h"
#include "store/store_usage.h"

#define TENANTS 100
#define POLLS 100000
#define COMMITS 200
#define BATCH 100 /* budgets drawn, or rows of usage, in one transaction */
#define USAGE_DAYS 30
#define USAGE_KEYS 10000

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void tell(const char *name, double began_s, double times, const char *unit)
{
    double each_s = (now_s() - began_s) / times;
    printf("%-16s %10.3f %s\n", name, unit[0] == 's' ? each_s : each_s * 1e6, unit);
}

static void must(struct store *store, enum store_status status)
{
    if (status == STORE_OK)
        return;
    fprintf(stderr, "store_cost: %s\n", store_sentence(store));
    exit(EXIT_FAILURE);
}

static void import_keys(struct store *store, unsigned count)
{
    double began_s = now_s();
    must(store, store_begin(store));
    for (unsigned i = 0; i < count; i++) {
        char name[32], tenant[32];
        uint64_t id = 0;
        snprintf(name, sizeof name, "service-account-%u", i);
        snprintf(tenant, sizeof tenant, "tenant-%u", i % TENANTS);
        struct store_key key = {.name = bytes_from_cstr(name),
                                .tenant = bytes_from_cstr(tenant),
                                .shown = BYTES("ist_ab12..."),
                                .models = BYTES("llama-*,qwen-2.5-72b"),
                                .routes = BYTES("*"),
                                .service_class = BYTES("standard"),
                                .labels = BYTES("team=search,env=prod"),
                                .limits = {600, 100000, 8, 0, 50000000000}};
        /* As digests lie: all over the index. */
        for (unsigned byte = 0; byte < STORE_DIGEST_BYTES; byte++)
            key.digest[byte] = (uint8_t)((i + 1) * 2654435761U >> (byte % 4 * 8));
        must(store, store_key_put(store, &key, STORE_PUT, &id));
    }
    must(store, store_commit(store));
    tell("import", began_s, 1, "s");
}

static bool count_key(void *user, const struct store_key *key)
{
    (void)key;
    ++*(unsigned *)user;
    return true;
}

static void load_keys(struct store *store)
{
    unsigned keys = 0;
    struct store_state state = {0};
    struct store_visitor visitor = {NULL, count_key, &keys};
    double began_s = now_s();
    must(store, store_key_load(store, 0, &visitor, &state));
    tell("load", began_s, 1, "s");
}

static void poll_changes(struct store *store)
{
    uint64_t version = 0;
    double began_s = now_s();
    for (unsigned i = 0; i < POLLS; i++)
        must(store, store_changes(store, &version));
    tell("poll", began_s, POLLS, "us");
}

static void change_and_load_one(struct store *store)
{
    struct store_state state = {0};
    struct store_visitor visitor = {NULL, NULL, NULL};
    must(store, store_key_load(store, 0, &visitor, &state));
    double began_s = now_s();
    for (unsigned i = 0; i < COMMITS; i++) {
        struct store_tenant tenant = {.name = BYTES("tenant-0"), .limits = {.concurrency = i}};
        uint64_t id = 0;
        must(store, store_tenant_put(store, &tenant, &id));
        must(store, store_key_load(store, state.change, &visitor, &state));
    }
    tell("change_and_load", began_s, COMMITS, "us");
}

static void draw_budgets(struct store *store)
{
    struct store_budget budgets[BATCH];
    double began_s = now_s();
    for (uint64_t i = 0; i < COMMITS; i++) {
        for (uint64_t account = 0; account < BATCH; account++)
            budgets[account] = (struct store_budget){.account = account, .drawn_nusd = i};
        must(store, store_budget_draw(store, budgets, BATCH));
    }
    tell("draw_100", began_s, COMMITS, "us");
}

static void add_usage(struct store *store)
{
    static struct store_usage rows[USAGE_KEYS];
    static char names[USAGE_KEYS][24];
    double began_s = now_s();
    for (uint32_t day = 0; day < USAGE_DAYS; day++) {
        for (unsigned i = 0; i < USAGE_KEYS; i++) {
            snprintf(names[i], sizeof names[i], "service-account-%u", i);
            rows[i] = (struct store_usage){.day = day,
                                           .tenant = BYTES("tenant-0"),
                                           .key = bytes_from_cstr(names[i]),
                                           .model = BYTES("llama-3.1-8b"),
                                           .requests = 1};
        }
        must(store, store_usage_add(store, rows, USAGE_KEYS));
    }
    tell("usage_row", began_s, (double)USAGE_DAYS * USAGE_KEYS, "us");
}

static bool count_usage(void *user, const struct store_usage *usage)
{
    (void)usage;
    ++*(unsigned *)user;
    return true;
}

static void report_usage(struct store *store)
{
    unsigned rows = 0;
    struct store_report report = {.by = STORE_BY_KEY, .last_day = USAGE_DAYS};
    double began_s = now_s();
    must(store, store_usage_report(store, &report, count_usage, &rows));
    tell("report", began_s, 1, "s");
}

int main(int argc, char **argv)
{
    char path[512];
    struct store *store = NULL;
    const struct store_options options = {.path = path};
    unsigned keys = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 100000;
    if (argc < 2)
        return EXIT_FAILURE;
    snprintf(path, sizeof path, "%s/" STORE_FILE_NAME, argv[1]);
    must(store, store_open(&store, NULL, &options));
    import_keys(store, keys);
    load_keys(store);
    poll_changes(store);
    change_and_load_one(store);
    draw_budgets(store);
    add_usage(store);
    report_usage(store);
    store_close(store);
    return EXIT_SUCCESS;
}
