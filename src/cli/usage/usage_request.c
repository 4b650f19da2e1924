/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/usage/usage_request.h"

#include "cli/date.h"

static const struct {
    const char *name;
    unsigned by;
} groups[] = {
    {"day", STORE_BY_DAY},
    {"tenant", STORE_BY_TENANT},
    /* Two tenants may have subjects of tokens with one name. */
    {"key", STORE_BY_TENANT | STORE_BY_KEY},
    {"model", STORE_BY_MODEL},
};

static unsigned group_of(struct bytes name)
{
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (bytes_equal(name, bytes_from_cstr(groups[i].name)))
            return groups[i].by;
    return 0;
}

static const char *read_by(void *target, const struct flag *flag, struct bytes value)
{
    struct usage_request *request = target;
    request->report.by = 0;
    do {
        unsigned by = group_of(bytes_trim(bytes_cut(&value, ',')));
        if (by == 0)
            return "is no such list";
        request->report.by |= by;
    } while (value.at);
    return NULL;
}

static const char *read_from(void *target, const struct flag *flag, struct bytes value)
{
    struct usage_request *request = target;
    return date_read_day(value, &request->report.first_day) ? NULL : "is no day";
}

static const char *read_to(void *target, const struct flag *flag, struct bytes value)
{
    struct usage_request *request = target;
    return date_read_day(value, &request->report.last_day) ? NULL : "is no day";
}

/* Only one tenant, key or model; the row says where its name goes. */
static const char *read_name(struct bytes *name, struct bytes value)
{
    *name = value;
    return value.length > 0 ? NULL : "is no name";
}

static const char *read_tenant(void *target, const struct flag *flag, struct bytes value)
{
    struct usage_request *request = target;
    return read_name(&request->report.tenant, value);
}

static const char *read_key(void *target, const struct flag *flag, struct bytes value)
{
    struct usage_request *request = target;
    return read_name(&request->report.key, value);
}

static const char *read_model(void *target, const struct flag *flag, struct bytes value)
{
    struct usage_request *request = target;
    return read_name(&request->report.model, value);
}

static const char *read_format(struct usage_request *request, enum usage_format format)
{
    bool is_second = request->has_format;
    request->format = format;
    request->has_format = true;
    return is_second ? "is one form too many" : NULL;
}

static const char *read_csv(void *target, const struct flag *flag, struct bytes value)
{
    return read_format(target, USAGE_CSV);
}

static const char *read_json(void *target, const struct flag *flag, struct bytes value)
{
    return read_format(target, USAGE_JSON);
}

#define DAY_REMEDY "write a day such as 2026-11-22 (UTC)"

static const struct flag own_flags[] = {
    {.name = "by",
     .value = "LIST",
     .read = read_by,
     .help = "A row for each of these: tenant,key,model,day. Default: tenant,key.",
     .remedy = "write one or more of tenant, key, model, day, with commas between"},
    {.name = "from",
     .value = "DAY",
     .read = read_from,
     .remedy = DAY_REMEDY,
     .help = "The first day, such as 2026-11-01. Default: the first of this month."},
    {.name = "to",
     .value = "DAY",
     .read = read_to,
     .remedy = DAY_REMEDY,
     .help = "The last day. Default: today. Days are of UTC."},
    {.name = "tenant", .value = "NAME", .read = read_tenant, .help = "Only this tenant."},
    {.name = "key", .value = "NAME", .read = read_key, .help = "Only this key."},
    {.name = "model", .value = "NAME", .read = read_model, .help = "Only this model."},
    {.name = "csv",
     .read = read_csv,
     .help = "Comma-separated values, safe to open in a spreadsheet."},
    {.name = "json", .read = read_json, .help = "One line of JSON for each row."},
};

#define OWN_COUNT (sizeof own_flags / sizeof *own_flags)
#define FLAG_COUNT (OWN_COUNT + 2)

static void make_table(struct flag table[FLAG_COUNT])
{
    memcpy(table, own_flags, sizeof own_flags);
    table[OWN_COUNT] = desk_data_dir;
    table[OWN_COUNT + 1] = desk_config;
}

void usage_request_init(struct usage_request *request, uint32_t today)
{
    request->report.by = group_of(BYTES("key"));
    request->report.first_day = date_first_of_month(today);
    request->report.last_day = today;
}

bool usage_request_read(struct usage_request *request, int argument_count, char **arguments,
                        struct printer *message)
{
    struct flag table[FLAG_COUNT];
    make_table(table);
    struct flag_line line = {
        .command = request->desk.command,
        .flags = table,
        .flag_count = FLAG_COUNT,
        .target = request,
        .message = message,
    };
    if (!flag_line_read(&line, argument_count, arguments))
        return false;
    if (request->report.first_day <= request->report.last_day)
        return true;
    PRINT(message, "%s: the first day comes after the last one\n  exchange --from and --to\n",
          request->desk.command);
    return false;
}

void usage_request_help(struct printer *page)
{
    struct flag table[FLAG_COUNT];
    make_table(table);
    PRINT(page, "Usage: isthmus usage [OPTION] ...\n\n"
                "What was used: requests, tokens, money spent and saved. The edge may be running;\n"
                "what it has done within the last second may be missing.\n\n");
    flag_print_help(page, table, FLAG_COUNT);
}
