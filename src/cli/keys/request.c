/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keys/request.h"

#include "cli/command.h"
#include "cli/date.h"
#include "cli/keys/trait.h"
#include "config/units.h"

#define OVERLAP_MOST_MS (UINT64_C(90) * 86400000)

/* ---- flags that are no traits ---- */

static const char *read_json(void *target, const struct flag *flag, struct bytes value)
{
    struct keys_request *request = target;
    request->is_json = true;
    return NULL;
}

static const char *read_dry_run(void *target, const struct flag *flag, struct bytes value)
{
    struct keys_request *request = target;
    request->is_dry_run = true;
    return NULL;
}

static const char *read_update(void *target, const struct flag *flag, struct bytes value)
{
    struct keys_request *request = target;
    request->is_update = true;
    return NULL;
}

static const char *read_key_file(void *target, const struct flag *flag, struct bytes value)
{
    struct keys_request *request = target;
    request->key_file = value.at;
    return value.length > 0 ? NULL : "is no file";
}

static const char *read_overlap(void *target, const struct flag *flag, struct bytes value)
{
    struct keys_request *request = target;
    bool is_read = units_read_duration(value, &request->overlap_ms);
    return is_read && request->overlap_ms <= OVERLAP_MOST_MS ? NULL : "is no duration up to 90d";
}

static const char *read_tenant(void *target, const struct flag *flag, struct bytes value)
{
    struct keys_request *request = target;
    return trait_read(trait_find(BYTES("tenant")), &request->sheet, value);
}

/* The flags of traits have their row of that table. */
static const char *read_trait(void *target, const struct flag *flag, struct bytes value)
{
    struct keys_request *request = target;
    return trait_read(flag->row, &request->sheet, value);
}

static const struct {
    unsigned verbs; /* of enum keys_verb_bit */
    struct flag flag;
} own_flags[] = {
    {KEYS_ADD | KEYS_ROTATE,
     {.name = "key_file",
      .value = "FILE",
      .read = read_key_file,
      .help = "Take the secret from there, - is standard input, in place of making one."}},
    {KEYS_ROTATE,
     {.name = "overlap",
      .value = "TIME",
      .read = read_overlap,
      .help = "For how long the old secret stays good as well, such as 10m. Default: 0s.",
      .remedy = "write 90s, 10m, 24h"}},
    {KEYS_LIST | KEYS_SHOW | KEYS_EXPORT,
     {.name = "tenant",
      .value = "NAME",
      .read = read_tenant,
      .help = "Only this tenant; for show the tenant itself.",
      .remedy = sheet_name_remedy}},
    {KEYS_LIST | KEYS_SHOW,
     {.name = "json", .read = read_json, .help = "One line of JSON for each."}},
    {KEYS_IMPORT,
     {.name = "update",
      .read = read_update,
      .help = "Change keys that exist already in what their lines name."}},
    {KEYS_IMPORT,
     {.name = "dry_run",
      .read = read_dry_run,
      .help = "Only tell what would be done, and what is wrong."}},
};

/* All that a verb understands. */
struct flag_table {
    struct flag flags[FLAG_LIMIT];
    size_t count;
};

static void add_flag(struct flag_table *table, struct flag flag)
{
    table->flags[table->count++] = flag;
}

static void add_traits(struct flag_table *table)
{
    for (size_t i = 0; i < trait_count; i++)
        if (traits[i].uses & TRAIT_FLAG)
            add_flag(table, (struct flag){
                                .name = traits[i].flag ? traits[i].flag : traits[i].name,
                                .value = traits[i].value,
                                .help = traits[i].help,
                                .remedy = trait_remedy(&traits[i]),
                                .read = read_trait,
                                .row = &traits[i],
                                .is_repeatable = trait_is_list(&traits[i]),
                            });
}

static void make_table(struct flag_table *table, const struct keys_verb *verb)
{
    *table = (struct flag_table){0};
    if (verb->bit & (KEYS_ADD | KEYS_SET))
        add_traits(table);
    for (size_t i = 0; i < sizeof own_flags / sizeof *own_flags; i++)
        if (own_flags[i].verbs & verb->bit)
            add_flag(table, own_flags[i].flag);
    add_flag(table, desk_data_dir);
    add_flag(table, desk_config);
}

static void refuse_without_word(const struct keys_request *request, struct printer *message)
{
    PRINT(message, "%s: which one?\n  %s %s ...\n", request->desk.command, request->desk.command,
          request->verb->word);
}

bool keys_request_read(struct keys_request *request, int argument_count, char **arguments,
                       struct printer *message)
{
    struct flag_table table;
    make_table(&table, request->verb);
    struct flag_line line = {
        .command = request->desk.command,
        .flags = table.flags,
        .flag_count = table.count,
        .word_limit = request->verb->word ? 1 : 0,
        .target = request,
        .message = message,
    };
    bool is_fine = flag_line_read(&line, argument_count, arguments);
    request->word = line.words[0];
    if (!request->word && request->verb->needs_word && is_fine) {
        refuse_without_word(request, message);
        return false;
    }
    return is_fine;
}

int keys_request_check_expiry(const struct keys_request *request, uint64_t expires_ms)
{
    char text[DATE_TEXT_BYTES];
    if (expires_ms == 0 || expires_ms > request->sheet.now_ms)
        return COMMAND_FINE;
    desk_tell(&request->desk, "%s is over\n  write 90d, a later day, or none",
              date_write_instant(expires_ms, text));
    return COMMAND_MISUSED;
}

void keys_request_help(const struct keys_verb *verb, struct printer *page)
{
    struct flag_table table;
    make_table(&table, verb);
    PRINT(page, "Usage: isthmus keys %s%s%s%s%s [OPTION] ...\n\n%s\n\n", verb->name,
          verb->word ? " " : "", verb->word && !verb->needs_word ? "[" : "",
          verb->word ? verb->word : "", verb->word && !verb->needs_word ? "]" : "", verb->about);
    flag_print_help(page, table.flags, table.count);
}
