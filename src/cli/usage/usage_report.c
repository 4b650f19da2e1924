/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/usage/usage_report.h"

#include <inttypes.h>

#include "base/money.h"
#include "cli/csv.h"
#include "cli/date.h"
#include "openai/json.h"

/* ---- columns: one table for all three forms ---- */

enum column_kind { COLUMN_DAY, COLUMN_TEXT, COLUMN_COUNT, COLUMN_USD };

static const struct column {
    const char *title, *name;
    unsigned by; /* 0: always */
    enum column_kind kind;
    size_t offset; /* into struct store_usage */
} columns[] = {
    {"DAY", "day", STORE_BY_DAY, COLUMN_DAY, offsetof(struct store_usage, day)},
    {"TENANT", "tenant", STORE_BY_TENANT, COLUMN_TEXT, offsetof(struct store_usage, tenant)},
    {"KEY", "key", STORE_BY_KEY, COLUMN_TEXT, offsetof(struct store_usage, key)},
    {"MODEL", "model", STORE_BY_MODEL, COLUMN_TEXT, offsetof(struct store_usage, model)},
    {"REQUESTS", "requests", 0, COLUMN_COUNT, offsetof(struct store_usage, requests)},
    {"TOKENS IN", "tokens_in", 0, COLUMN_COUNT, offsetof(struct store_usage, prompt_tokens)},
    {"CACHED", "tokens_cached", 0, COLUMN_COUNT, offsetof(struct store_usage, cached_tokens)},
    {"TOKENS OUT", "tokens_out", 0, COLUMN_COUNT, offsetof(struct store_usage, answer_tokens)},
    {"USD", "usd", 0, COLUMN_USD, offsetof(struct store_usage, nusd)},
    {"SAVED", "usd_saved", 0, COLUMN_USD, offsetof(struct store_usage, saved_nusd)},
};

#define COLUMN_COUNT_ALL (sizeof columns / sizeof *columns)
#define CELL_BYTES 32

static bool is_shown(const struct usage_report *report, const struct column *column)
{
    return column->by == 0 || (report->by & column->by);
}

/* A cell's text; numbers are written into the caller's array. */
static struct bytes cell_of(const struct column *column, const struct store_usage *usage,
                            char ret_text[CELL_BYTES])
{
    const char *at = (const char *)usage + column->offset;
    switch (column->kind) {
    case COLUMN_DAY:
        return bytes_from_cstr(date_write_day(usage->day, ret_text));
    case COLUMN_TEXT:
        return *(const struct bytes *)(const void *)at;
    case COLUMN_COUNT:
        return bytes_write_u64(*(const uint64_t *)(const void *)at, ret_text);
    case COLUMN_USD:
        return money_write(*(const uint64_t *)(const void *)at, ret_text);
    }
    return (struct bytes){0};
}

/* ---- the three forms ---- */

static void print_csv_head(struct usage_report *report)
{
    bool is_first = true;
    for (size_t i = 0; i < COLUMN_COUNT_ALL; i++) {
        if (!is_shown(report, &columns[i]))
            continue;
        PRINT(&report->out, "%s%s", is_first ? "" : ",", columns[i].name);
        is_first = false;
    }
    PRINT(&report->out, "\r\n");
}

static void print_csv(struct usage_report *report, const struct store_usage *usage)
{
    char text[CELL_BYTES];
    bool is_first = true;
    for (size_t i = 0; i < COLUMN_COUNT_ALL; i++) {
        if (!is_shown(report, &columns[i]))
            continue;
        PRINT(&report->out, "%s", is_first ? "" : ",");
        csv_print_text(&report->out, cell_of(&columns[i], usage, text));
        is_first = false;
    }
    PRINT(&report->out, "\r\n");
}

static void print_json(struct usage_report *report, const struct store_usage *usage)
{
    struct printer *out = &report->out;
    char text[CELL_BYTES];
    bool is_first = true;
    for (size_t i = 0; i < COLUMN_COUNT_ALL; i++) {
        const struct column *column = &columns[i];
        if (!is_shown(report, column))
            continue;
        PRINT(out, "%s\"%s\": ", is_first ? "{" : ", ", column->name);
        bool is_text = column->kind == COLUMN_DAY || column->kind == COLUMN_TEXT;
        if (!is_text)
            print_bytes(out, cell_of(column, usage, text));
        else if (out->status == 0)
            out->status = json_write_string(out->out, cell_of(column, usage, text));
        is_first = false;
    }
    PRINT(out, "}\n");
}

static void add_row(struct usage_report *report, const struct store_usage *usage)
{
    char text[CELL_BYTES];
    for (size_t i = 0; i < COLUMN_COUNT_ALL; i++)
        if (is_shown(report, &columns[i]))
            table_add(&report->table, cell_of(&columns[i], usage, text));
}

static void add_to_total(struct store_usage *total, const struct store_usage *usage)
{
    total->requests += usage->requests;
    total->prompt_tokens += usage->prompt_tokens;
    total->cached_tokens += usage->cached_tokens;
    total->answer_tokens += usage->answer_tokens;
    total->nusd = money_add(total->nusd, usage->nusd);
    total->saved_nusd = money_add(total->saved_nusd, usage->saved_nusd);
}

/* Behind the rows their sum, with a word where the first name would stand. */
static void add_total(struct usage_report *report)
{
    char text[CELL_BYTES];
    bool is_first = true;
    for (size_t i = 0; i < COLUMN_COUNT_ALL; i++) {
        if (!is_shown(report, &columns[i]))
            continue;
        bool is_number = columns[i].by == 0;
        struct bytes label = is_first ? BYTES("total") : BYTES("");
        table_add(&report->table, is_number ? cell_of(&columns[i], &report->total, text) : label);
        is_first = false;
    }
}

/* ---- the report ---- */

static void begin_table(struct usage_report *report)
{
    size_t count = 0;
    for (size_t i = 0; i < COLUMN_COUNT_ALL; i++)
        if (is_shown(report, &columns[i]))
            report->columns[count++] =
                (struct table_column){columns[i].title, columns[i].by ? TABLE_LEFT : TABLE_RIGHT};
    table_init(&report->table, report->columns, count);
}

void usage_report_begin(struct usage_report *report, struct buffer *text, enum usage_format format,
                        unsigned by)
{
    *report = (struct usage_report){.format = format, .by = by};
    report->out.out = text;
    begin_table(report);
    if (format == USAGE_CSV)
        print_csv_head(report);
}

void usage_report_add(struct usage_report *report, const struct store_usage *usage)
{
    report->row_count++;
    add_to_total(&report->total, usage);
    switch (report->format) {
    case USAGE_TABLE:
        add_row(report, usage);
        break;
    case USAGE_CSV:
        print_csv(report, usage);
        break;
    case USAGE_JSON:
        print_json(report, usage);
        break;
    }
}

void usage_report_end(struct usage_report *report)
{
    if (report->format == USAGE_TABLE && report->row_count > 1)
        add_total(report);
    if (report->format == USAGE_TABLE)
        table_print(&report->table, &report->out);
    table_clear(&report->table);
}
