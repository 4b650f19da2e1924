/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/money.h"
#include "cli/command.h"
#include "cli/keys/row.h"
#include "cli/keys/verbs.h"
#include "cli/table.h"

static const struct table_column columns[] = {
    {"NAME", TABLE_LEFT},       {"TENANT", TABLE_LEFT}, {"STATE", TABLE_LEFT},
    {"RPM", TABLE_RIGHT},       {"TPM", TABLE_RIGHT},   {"CONC", TABLE_RIGHT},
    {"USD/MONTH", TABLE_RIGHT}, {"MODELS", TABLE_LEFT},
};

struct key_list {
    struct printer out;
    struct table table;
    struct bytes tenant; /* only this one's; empty: all */
    uint64_t now_ms;
    bool is_json;
};

static void add_count(struct table *table, uint64_t count)
{
    if (count == 0)
        table_add(table, BYTES("-"));
    else
        table_add_format(table, "%" PRIu64, count);
}

static void add_money(struct table *table, uint64_t nusd)
{
    char text[MONEY_TEXT_BYTES];
    table_add(table, nusd == 0 ? BYTES("-") : money_write(nusd, text));
}

static bool add_row(struct key_list *list, const struct store_key *key)
{
    struct table *table = &list->table;
    table_add(table, key->name);
    table_add(table, key->tenant);
    table_add(table, bytes_from_cstr(row_state(key, list->now_ms)));
    add_count(table, key->limits.requests_per_minute);
    add_count(table, key->limits.tokens_per_minute);
    add_count(table, key->limits.concurrency);
    add_money(table, key->limits.month_nusd);
    table_add(table, key->models.length > 0 ? key->models : BYTES("none"));
    return table->status == 0;
}

static bool print_line(struct key_list *list, const struct store_key *key)
{
    row_print_key(key, ROW_WITHOUT_DIGEST, &list->out);
    PRINT(&list->out, ", \"state\": \"%s\"}\n", row_state(key, list->now_ms));
    return row_flush(&list->out);
}

static bool on_key(void *user, const struct store_key *key)
{
    struct key_list *list = user;
    if (list->tenant.length > 0 && !bytes_equal(list->tenant, key->tenant))
        return true;
    return list->is_json ? print_line(list, key) : add_row(list, key);
}

static int load_and_print(struct keys_request *request, struct key_list *list)
{
    struct store_visitor visitor = {.on_key = on_key, .user = list};
    struct store_state state;
    enum store_status loaded = store_key_load(request->desk.store, 0, &visitor, &state);
    if (loaded == STORE_STOPPED)
        return COMMAND_FAILED;
    if (loaded != STORE_OK)
        return desk_tell_store(&request->desk);
    if (!list->is_json)
        table_print(&list->table, &list->out);
    return list->out.status < 0 ? COMMAND_FAILED : command_print(list->out.out);
}

int keys_list(struct keys_request *request)
{
    struct buffer text;
    buffer_init(&text, 0, NULL);
    struct key_list list = {
        .out = {.out = &text},
        .tenant = request->sheet.key.tenant,
        .now_ms = request->sheet.now_ms,
        .is_json = request->is_json,
    };
    table_init(&list.table, columns, sizeof columns / sizeof *columns);
    int status = load_and_print(request, &list);
    table_clear(&list.table);
    buffer_clear(&text);
    return status;
}
