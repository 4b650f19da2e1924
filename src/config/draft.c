/* SPDX-License-Identifier: Apache-2.0 */
#include "config/draft.h"

struct assignment *draft_assignment(struct draft *draft, const struct option *option)
{
    return &draft->given[option - draft->table->options];
}

static struct setting *add_setting(struct draft *draft, struct assignment *assignment,
                                   const struct place *place, struct bytes text)
{
    struct setting *setting = memory_alloc(&draft->memory, sizeof *setting);
    if (!setting) {
        report_no_memory(&draft->report);
        return NULL;
    }
    setting->place = *place;
    setting->text = setting->written = text;
    if (assignment->last)
        assignment->last->next = setting;
    else
        assignment->first = setting;
    assignment->last = setting;
    return setting;
}

static void refuse_variable(struct report *report, const struct place *place, struct bytes path,
                            enum substitute_verdict verdict, struct bytes name)
{
    struct shown shown = show(name);
    switch (verdict) {
    case SUBSTITUTE_UNSET:
        report_problem(report, place, path, "${%s} is not set in the environment", shown.text);
        report_remedy(report, "export %s, or write a default: ${%s:-value}", shown.text,
                      shown.text);
        return;
    case SUBSTITUTE_BAD_NAME:
        report_problem(report, place, path, "${...} does not hold the name of a variable");
        report_remedy(report,
                      "write ${NAME} or ${NAME:-default}; for a plain \"${\" write \"$${\"");
        return;
    case SUBSTITUTE_UNCLOSED:
        report_problem(report, place, path, "\"${\" without \"}\"");
        report_remedy(report,
                      "write ${NAME} or ${NAME:-default}; for a plain \"${\" write \"$${\"");
        return;
    case SUBSTITUTE_TOO_LARGE:
        report_problem(report, place, path, "larger than 64KiB with its variables filled in");
        report_remedy(report, "no value is that large: is it the right variable?");
        return;
    case SUBSTITUTE_NO_MEMORY:
        report_no_memory(report);
        return;
    case SUBSTITUTE_FINE:
        return;
    }
}

void draft_say(struct draft *draft, const struct slot *slot, const struct place *place,
               struct bytes text)
{
    struct setting *setting = add_setting(draft, slot->assignment, place, text);
    if (!setting || place->kind != PLACE_FILE)
        return;
    struct environment environment = {draft->input->environment, draft->input->environment_user};
    struct bytes name = {0};
    setting->text = bytes_of(NULL, 0);
    enum substitute_verdict verdict =
        substitute(&draft->memory, &environment, text, &setting->text, &name);
    refuse_variable(&draft->report, place, slot->path, verdict, name);
}

static bool is_entry_name_free(struct draft *draft, const struct slot *map,
                               const struct place *place, struct bytes name)
{
    const struct option *option = map->option;
    for (const struct entry_draft *entry = map->assignment->entries; entry; entry = entry->next) {
        if (!bytes_equal(entry->name, name))
            continue;
        report_problem(&draft->report, place, map->path, "two %ss are named %s", option->map->noun,
                       show(name).text);
        report_remedy(&draft->report, "name them apart: --%s %s", option->flag, option->value);
        return false;
    }
    return true;
}

static bool is_entry_name(struct draft *draft, const struct slot *map, const struct place *place,
                          struct bytes name)
{
    const char *problem = map->option->map->check_name(name);
    if (!problem)
        return true;
    report_problem(&draft->report, place, map->path, "\"%s\" %s", show(name).text, problem);
    report_remedy(&draft->report, "%s", map->option->map->name_remedy);
    return false;
}

static size_t count_rows(const struct option *table)
{
    size_t count = 0;
    while (table[count].name)
        count++;
    return count;
}

struct entry_draft *draft_add_entry(struct draft *draft, const struct slot *map,
                                    const struct place *place, struct bytes name)
{
    if (!is_entry_name(draft, map, place, name) || !is_entry_name_free(draft, map, place, name))
        return NULL;
    size_t rows = count_rows(map->option->map->options);
    struct entry_draft *entry =
        memory_alloc(&draft->memory, sizeof *entry + rows * sizeof entry->given[0]);
    if (!entry) {
        report_no_memory(&draft->report);
        return NULL;
    }
    entry->name = name;
    entry->place = *place;
    struct assignment *all = map->assignment;
    *(all->last_entry ? &all->last_entry->next : &all->entries) = entry;
    all->last_entry = entry;
    all->entry_count++;
    return entry;
}

void draft_refuse_unknown(struct draft *draft, const struct option *table,
                          const struct place *place, struct bytes path, struct bytes name)
{
    const char *dash = place->kind == PLACE_ARGUMENT ? "--" : "";
    const struct option *nearest = option_nearest(table, name);
    report_problem(&draft->report, place, path, "no such option");
    if (nearest)
        report_remedy(&draft->report, "did you mean %s%s?", dash,
                      *dash && nearest->flag ? nearest->flag : nearest->name);
    else
        report_remedy(&draft->report, "all options: %s", draft->table->help);
}

static const char *what_is(const struct document_node *node)
{
    switch (node->kind) {
    case DOCUMENT_TEXT:
        return "a single value";
    case DOCUMENT_LIST:
        return "a list";
    case DOCUMENT_MAP:
        return "a map";
    }
    return "";
}

void draft_refuse_shape(struct draft *draft, const struct document_node *node, struct bytes path,
                        const char *wanted, const char *remedy)
{
    report_problem(&draft->report, &node->place, path, "%s where %s belongs", what_is(node),
                   wanted);
    report_remedy(&draft->report, "%s", remedy);
}
