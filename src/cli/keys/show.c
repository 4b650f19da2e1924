/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/money.h"
#include "cli/command.h"
#include "cli/date.h"
#include "cli/keys/row.h"
#include "cli/keys/verbs.h"
#include "config/report.h"
#include "store/store_usage.h"

/* One key, or one tenant as a row without a name, and what it used. */
struct shown_row {
    struct printer out;
    uint64_t now_ms;
    bool is_json;
    struct memory memory;
    struct store_key row;
    struct store_usage today, month;
};

static bool keep_key(void *user, const struct store_key *key)
{
    struct shown_row *shown = user;
    return sheet_keep(&shown->memory, key, &shown->row);
}

static bool keep_tenant(void *user, const struct store_tenant *tenant)
{
    const struct store_key row = row_of_tenant(tenant);
    return keep_key(user, &row);
}

static bool note_usage(void *user, const struct store_usage *usage)
{
    struct store_usage *sum = user;
    *sum = *usage;
    return true;
}

static enum store_status load_usage(struct keys_request *request, struct shown_row *shown)
{
    uint32_t today = date_of_instant(shown->now_ms);
    struct store_report report = {
        .first_day = today, .last_day = today, .tenant = shown->row.tenant, .key = shown->row.name};
    enum store_status status =
        store_usage_report(request->desk.store, &report, note_usage, &shown->today);
    report.first_day = date_first_of_month(today);
    if (status == STORE_OK)
        status = store_usage_report(request->desk.store, &report, note_usage, &shown->month);
    return status;
}

/* ---- for a person ---- */

static void print_text(struct printer *out, const char *title, struct bytes text, const char *none)
{
    if (text.length == 0)
        text = bytes_from_cstr(none);
    PRINT(out, "%-12s  %.*s\n", title, (int)text.length, text.at);
}

static void print_count(struct printer *out, const char *title, uint64_t count)
{
    char digits[BYTES_U64_DIGITS];
    print_text(out, title, count > 0 ? bytes_write_u64(count, digits) : BYTES(""), "no limit");
}

static void print_time(struct printer *out, const char *title, uint64_t ms, const char *none)
{
    char text[DATE_TEXT_BYTES];
    print_text(out, title, bytes_from_cstr(ms > 0 ? date_write_instant(ms, text) : ""), none);
}

/* "12 requests, 340 tokens in (of which 20 cached), 120 out, $0.01 of 5.00" */
static void print_usage(struct printer *out, const char *title, const struct store_usage *usage,
                        uint64_t budget_nusd)
{
    char spent[MONEY_TEXT_BYTES], budget[MONEY_TEXT_BYTES];
    struct bytes amount = money_write(usage->nusd, spent);
    PRINT(out, "%-12s  %" PRIu64 " request%s, %" PRIu64 " tokens in, %" PRIu64 " out, $%.*s", title,
          usage->requests, usage->requests == 1 ? "" : "s", usage->prompt_tokens,
          usage->answer_tokens, (int)amount.length, amount.at);
    struct bytes most = money_write(budget_nusd, budget);
    if (budget_nusd > 0)
        PRINT(out, " of %.*s", (int)most.length, most.at);
    PRINT(out, "\n");
}

static void print_limits(struct printer *out, const struct store_limits *limits)
{
    print_count(out, "rpm", limits->requests_per_minute);
    print_count(out, "tpm", limits->tokens_per_minute);
    print_count(out, "concurrency", limits->concurrency);
}

static void print_key(struct shown_row *shown)
{
    struct printer *out = &shown->out;
    const struct store_key *row = &shown->row;
    print_text(out, "key", row->name, "");
    print_text(out, "tenant", row->tenant, "");
    print_text(out, "state", bytes_from_cstr(row_state(row, shown->now_ms)), "");
    print_text(out, "secret", row->shown, "unknown");
    print_time(out, "created", row->created_ms, "unknown");
    print_time(out, "expires", row->expires_ms, "never");
    if (row->old_until_ms > shown->now_ms)
        print_time(out, "old secret", row->old_until_ms, "");
    if (row->revoked_ms > 0)
        print_time(out, "revoked", row->revoked_ms, "");
    print_text(out, "models", row->models, "none");
    print_text(out, "routes", row->routes, "none");
    print_text(out, "class", row->service_class, "standard");
    print_text(out, "residency", row->regions, "any");
}

static void print_page(struct shown_row *shown)
{
    struct printer *out = &shown->out;
    if (shown->row.name.length > 0)
        print_key(shown);
    else
        print_text(out, "tenant", shown->row.tenant, "");
    print_text(out, "labels", shown->row.labels, "none");
    print_limits(out, &shown->row.limits);
    print_usage(out, "today", &shown->today, shown->row.limits.day_nusd);
    print_usage(out, "this month", &shown->month, shown->row.limits.month_nusd);
}

/* ---- for a program ---- */

static void print_usage_json(struct printer *out, const char *name, const struct store_usage *usage)
{
    char spent[MONEY_TEXT_BYTES];
    struct bytes amount = money_write(usage->nusd, spent);
    PRINT(out,
          ", \"%s\": {\"requests\": %" PRIu64 ", \"tokens_in\": %" PRIu64 ", \"cached\": %" PRIu64
          ", \"tokens_out\": %" PRIu64 ", \"usd\": %.*s}",
          name, usage->requests, usage->prompt_tokens, usage->cached_tokens, usage->answer_tokens,
          (int)amount.length, amount.at);
}

static void print_json(struct shown_row *shown)
{
    struct printer *out = &shown->out;
    if (shown->row.name.length > 0) {
        row_print_key(&shown->row, ROW_WITHOUT_DIGEST, out);
        PRINT(out, ", \"state\": \"%s\"", row_state(&shown->row, shown->now_ms));
    } else {
        row_print_tenant(&shown->row, out);
    }
    print_usage_json(out, "today", &shown->today);
    print_usage_json(out, "this_month", &shown->month);
    PRINT(out, "}\n");
}

/* ---- both ---- */

static int find(struct keys_request *request, struct shown_row *shown)
{
    struct bytes name = request->word ? bytes_from_cstr(request->word) : request->sheet.key.tenant;
    enum store_status status =
        request->word ? store_key_find(request->desk.store, name, keep_key, shown)
                      : store_tenant_find(request->desk.store, name, keep_tenant, shown);
    if (status == STORE_NOT_FOUND)
        return request->word ? desk_tell_no_key(&request->desk, name)
                             : desk_tell_no_tenant(&request->desk, name);
    if (status == STORE_OK)
        status = load_usage(request, shown);
    return status == STORE_OK ? COMMAND_FINE : desk_tell_store(&request->desk);
}

static int print(struct shown_row *shown)
{
    if (shown->is_json)
        print_json(shown);
    else
        print_page(shown);
    return shown->out.status < 0 ? COMMAND_FAILED : command_print(shown->out.out);
}

int keys_show(struct keys_request *request)
{
    if (!request->word == !trait_is_given(&request->sheet, "tenant")) {
        desk_tell(&request->desk, "which one?\n  write a key's NAME, or --tenant NAME");
        return COMMAND_MISUSED;
    }
    struct buffer text;
    buffer_init(&text, 0, NULL);
    struct shown_row shown = {
        .out = {.out = &text}, .now_ms = request->sheet.now_ms, .is_json = request->is_json};
    int status = find(request, &shown);
    if (status == COMMAND_FINE)
        status = print(&shown);
    memory_clear(&shown.memory);
    buffer_clear(&text);
    return status;
}
