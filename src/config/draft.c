/* SPDX-License-Identifier: Apache-2.0 */
#include "config/draft.h"

#include "config/text_check.h"

struct assignment *draft_assignment(struct draft *draft, const struct option *option)
{
    return &draft->given[option - edge_options];
}

struct assignment *core_draft_assignment(struct core_draft *core, const struct option *option)
{
    return &core->given[option - core_options];
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

void draft_say(struct draft *draft, struct assignment *assignment, const struct place *place,
               struct bytes text)
{
    add_setting(draft, assignment, place, text);
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

void draft_say_with_environment(struct draft *draft, struct assignment *assignment,
                                const struct place *place, struct bytes path, struct bytes text)
{
    struct setting *setting = add_setting(draft, assignment, place, text);
    if (!setting)
        return;
    struct environment environment = {draft->input->environment, draft->input->environment_user};
    struct bytes name = {0};
    setting->text = bytes_of(NULL, 0);
    enum substitute_verdict verdict =
        substitute(&draft->memory, &environment, text, &setting->text, &name);
    refuse_variable(&draft->report, place, path, verdict, name);
}

static bool is_core_name_free(struct draft *draft, const struct place *place, struct bytes name)
{
    for (const struct core_draft *core = draft->cores; core; core = core->next) {
        if (!bytes_equal(core->name, name))
            continue;
        report_problem(&draft->report, place, BYTES("cores"), "two cores are named %s",
                       show(name).text);
        report_remedy(&draft->report, "name them apart: --core NAME=URL");
        return false;
    }
    return true;
}

struct core_draft *draft_add_core(struct draft *draft, const struct place *place, struct bytes name)
{
    if (!text_is_name(name)) {
        report_problem(&draft->report, place, BYTES("cores"), "\"%s\" is no name for a core",
                       show(name).text);
        report_remedy(&draft->report, "write 1 to 64 letters, digits, dots, dashes or underscores");
        return NULL;
    }
    if (!is_core_name_free(draft, place, name))
        return NULL;

    struct core_draft *core = memory_alloc(&draft->memory, sizeof *core);
    if (!core) {
        report_no_memory(&draft->report);
        return NULL;
    }
    core->name = name;
    core->place = *place;
    *(draft->last_core ? &draft->last_core->next : &draft->cores) = core;
    draft->last_core = core;
    draft->core_count++;
    return core;
}

void draft_refuse_unknown(struct draft *draft, const struct option *table,
                          const struct place *place, struct bytes path)
{
    const char *dash = place->kind == PLACE_ARGUMENT ? "--" : "";
    struct bytes name = path;
    while (table == core_options && bytes_find(name, BYTES(".")) >= 0)
        bytes_cut(&name, '.'); /* core_options knows "url", not "cores.us.url" */
    const struct option *nearest = option_nearest(table, name);
    report_problem(&draft->report, place, path, "no such option");
    if (nearest)
        report_remedy(&draft->report, "did you mean %s%s?", dash,
                      *dash && nearest->flag ? nearest->flag : nearest->name);
    else
        report_remedy(&draft->report, "all options: isthmus help edge");
}
