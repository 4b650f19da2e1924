/* SPDX-License-Identifier: Apache-2.0 */
#include "config/draft.h"

#include <stdio.h>

#include "config/text_check.h"

#define LIST_ITEM_BYTES 1024

/* One option on its way into the configuration. */
struct writer {
    struct report *report;
    struct memory *memory; /* the configuration's */
    const struct option *option;
    struct bytes path;
    void *member;
    size_t *count; /* lists */
};

/* ---- what can be wrong with a value ---- */

static void refuse(const struct writer *writer, const struct setting *setting, const char *problem,
                   const char *remedy)
{
    if (writer->option->may_hold_secret)
        report_problem(writer->report, &setting->place, writer->path, "%s", problem);
    else
        report_problem(writer->report, &setting->place, writer->path, "\"%s\" %s",
                       show(setting->written).text, problem);
    report_remedy(writer->report, "%s", remedy);
}

static void refuse_range(const struct writer *writer, const struct setting *setting)
{
    const struct option *option = writer->option;
    char least[UNITS_TEXT_BYTES], most[UNITS_TEXT_BYTES], remedy[160];
    snprintf(remedy, sizeof remedy, "write %s to %s%s%s",
             option_format_number(option->kind, option->least, least),
             option_format_number(option->kind, option->most, most), option->zero ? ", or 0: " : "",
             option->zero ? option->zero : "");
    refuse(writer, setting, "is out of range", remedy);
}

static void refuse_choice(const struct writer *writer, const struct setting *setting)
{
    char remedy[160] = "write";
    size_t length = sizeof "write" - 1;
    for (const char *const *choice = writer->option->choices; *choice; choice++) {
        const char *comma = choice == writer->option->choices ? "" : choice[1] ? "," : " or";
        int added = snprintf(remedy + length, sizeof remedy - length, "%s %s", comma, *choice);
        length += added > 0 ? (size_t)added : 0;
        if (length >= sizeof remedy)
            break;
    }
    refuse(writer, setting, "is none of the choices", remedy);
}

/* Of a text, a secret, or a list's item. */
static const char *text_problem(const struct option *option, struct bytes text,
                                const char **ret_remedy)
{
    bool is_item = option->kind == OPTION_LIST;
    *ret_remedy = "write plain text";
    if (!text_is_printable(text))
        return "holds a character that cannot be printed";
    *ret_remedy = "write a value";
    if (text.length == 0)
        return option->least > 0 || is_item ? "may not be empty" : NULL;
    *ret_remedy = "write something shorter";
    if (text.length > (is_item ? LIST_ITEM_BYTES : option->most))
        return "is too long";
    *ret_remedy = option->remedy;
    return option->check ? option->check(text) : NULL;
}

static bool check_text(const struct writer *writer, const struct setting *setting)
{
    const char *remedy;
    const char *problem = text_problem(writer->option, setting->text, &remedy);
    if (problem)
        refuse(writer, setting, problem, remedy);
    return problem == NULL;
}

/* ---- one function a kind ---- */

typedef void write_fn(const struct writer *writer, const struct setting *setting);

static void write_bool(const struct writer *writer, const struct setting *setting)
{
    bool is_true = bytes_equal(setting->text, BYTES("true"));
    if (is_true || bytes_equal(setting->text, BYTES("false")))
        *(bool *)writer->member = is_true;
    else
        refuse(writer, setting, "is neither true nor false", "write true or false");
}

static const struct {
    const char *problem, *remedy;
} no_number[] = {
    [OPTION_NUMBER] = {"is no number", "write digits only"},
    [OPTION_MS] = {"is no duration", "write a number with a unit: 500ms, 30s, 10m, 1h"},
    [OPTION_BYTES] = {"is no size", "write bytes, or a number with a unit: 64KiB, 1MiB, 10MB"},
    [OPTION_USD] = {"is no amount", "write US dollars: 50, or 0.15"},
};

static void write_number(const struct writer *writer, const struct setting *setting)
{
    const struct option *option = writer->option;
    uint64_t number;
    if (!option_read_number(option->kind, setting->text, &number)) {
        refuse(writer, setting, no_number[option->kind].problem, no_number[option->kind].remedy);
        return;
    }
    bool is_special = number == 0 && option->zero;
    if (!is_special && (number < option->least || number > option->most))
        refuse_range(writer, setting);
    else
        *(uint64_t *)writer->member = number;
}

/* An enum is an unsigned int to both compilers; memcpy() asks for no more than the same size. */
static void write_choice(const struct writer *writer, const struct setting *setting)
{
    const char *const *choices = writer->option->choices;
    for (unsigned i = 0; choices[i]; i++) {
        if (bytes_equal(setting->text, bytes_from_cstr(choices[i]))) {
            memcpy(writer->member, &i, sizeof i);
            return;
        }
    }
    refuse_choice(writer, setting);
}

static const char *copy_text(const struct writer *writer, struct bytes text)
{
    const char *copy = memory_copy(writer->memory, text);
    if (!copy)
        report_no_memory(writer->report);
    return copy;
}

static void write_text(const struct writer *writer, const struct setting *setting)
{
    if (check_text(writer, setting) && setting->text.length > 0)
        *(const char **)writer->member = copy_text(writer, setting->text);
}

static void write_secret(const struct writer *writer, const struct setting *setting)
{
    if (!check_text(writer, setting) || setting->text.length == 0)
        return;
    if (secret_set(writer->member, setting->text) < 0)
        report_no_memory(writer->report);
}

static size_t count_settings(const struct setting *first)
{
    size_t count = 0;
    for (const struct setting *setting = first; setting; setting = setting->next)
        count++;
    return count;
}

static void write_list(const struct writer *writer, const struct setting *first)
{
    size_t count = count_settings(first);
    if (count > writer->option->most) {
        report_problem(writer->report, &first->place, writer->path, "has more than %llu items",
                       (unsigned long long)writer->option->most);
        report_remedy(writer->report, "write fewer");
        return;
    }
    const char **items = memory_alloc(writer->memory, count * sizeof *items);
    if (!items) {
        report_no_memory(writer->report);
        return;
    }
    *(const char ***)writer->member = items;
    for (const struct setting *setting = first; setting; setting = setting->next)
        if (setting->text.at && check_text(writer, setting))
            items[(*writer->count)++] = copy_text(writer, setting->text);
}

static write_fn *const write_kinds[] = {
    [OPTION_BOOL] = write_bool,    [OPTION_NUMBER] = write_number, [OPTION_MS] = write_number,
    [OPTION_BYTES] = write_number, [OPTION_USD] = write_number,    [OPTION_CHOICE] = write_choice,
    [OPTION_TEXT] = write_text,    [OPTION_SECRET] = write_secret, [OPTION_LIST] = write_list,
    [OPTION_MAP] = NULL,
};

/* ---- tables ---- */

static void write_option(const struct writer *writer, const struct assignment *given)
{
    const struct option *option = writer->option;
    struct bytes fallback = bytes_from_cstr(option->fallback);
    struct setting by_default = {.text = fallback, .written = fallback};
    const struct setting *setting = given->first;
    if (!setting && given->place.kind == PLACE_NONE && option->fallback)
        setting = &by_default;

    if (setting && (setting->text.at || option->kind == OPTION_LIST))
        write_kinds[option->kind](writer, setting);
}

static void write_map(const struct writer *writer, const struct assignment *given);

static void write_table(struct writer writer, const struct option *table,
                        const struct assignment *given, void *target)
{
    struct bytes parent = writer.path;
    for (const struct option *option = table; option->name; option++) {
        struct option_path path = option_path_join(parent, bytes_from_cstr(option->name));
        writer.option = option;
        writer.path = bytes_from_cstr(path.text);
        writer.member = (char *)target + option->offset;
        writer.count = (size_t *)(void *)((char *)target + option->count_offset);
        if (option->kind == OPTION_MAP)
            write_map(&writer, &given[option - table]);
        else
            write_option(&writer, &given[option - table]);
    }
}

static void write_entry(const struct writer *map_writer, const struct entry_draft *entry,
                        void *target)
{
    const struct option_map *map = map_writer->option->map;
    struct option_path path = option_path_join(map_writer->path, entry->name);
    struct writer writer = *map_writer;
    const char *name = copy_text(&writer, entry->name);
    memcpy((char *)target + map->name_offset, &name, sizeof name);
    writer.path = bytes_from_cstr(path.text);
    write_table(writer, map->options, entry->given, target);
}

/* The array's type is the entry's own; memcpy() asks for no more than a pointer to objects. */
static void write_map(const struct writer *writer, const struct assignment *given)
{
    const struct option *option = writer->option;
    if (given->entry_count > option->most) {
        report_problem(writer->report, &given->last_entry->place, writer->path,
                       "more than %llu %ss", (unsigned long long)option->most, option->map->noun);
        report_remedy(writer->report, "write fewer");
        return;
    }
    char *entries = memory_alloc(writer->memory, given->entry_count * option->map->entry_bytes);
    if (!entries) {
        report_no_memory(writer->report);
        return;
    }
    memcpy(writer->member, &entries, sizeof entries);
    for (const struct entry_draft *entry = given->entries; entry; entry = entry->next)
        write_entry(writer, entry, entries + (*writer->count)++ * option->map->entry_bytes);
}

void draft_write(struct draft *draft, struct memory *memory, void *target)
{
    struct writer writer = {.report = &draft->report, .memory = memory};
    write_table(writer, draft->table->options, draft->given, target);
}
