/* SPDX-License-Identifier: Apache-2.0 */
#include "config/draft.h"

#include <errno.h>
#include <stdio.h>

#define PATH_TEXT_BYTES 256

/* "timeouts" and "total" as "timeouts.total". What is too long is cut: no option is. */
struct path {
    char text[PATH_TEXT_BYTES];
};

static struct path join(struct bytes parent, struct bytes key)
{
    struct path path;
    snprintf(path.text, sizeof path.text, "%.*s%s%.*s", (int)parent.length, parent.at,
             parent.length > 0 ? "." : "", (int)key.length, key.at);
    return path;
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

static void refuse_shape(struct draft *draft, const struct document_node *node, struct bytes path,
                         const char *wanted, const char *remedy)
{
    report_problem(&draft->report, &node->place, path, "%s where %s belongs", what_is(node),
                   wanted);
    report_remedy(&draft->report, "%s", remedy);
}

static void take_text(struct draft *draft, struct assignment *assignment, struct bytes path,
                      const struct document_node *node)
{
    if (document_is_empty(node)) {
        report_problem(&draft->report, &node->key_place, path, "nothing stands behind it");
        report_remedy(&draft->report, "write a value, or take the line out for the default");
        return;
    }
    draft_say_with_environment(draft, assignment, &node->place, path, node->text);
}

static void take_list(struct draft *draft, const struct option *option,
                      struct assignment *assignment, struct bytes path,
                      const struct document_node *list)
{
    if (!list->children && option->least > 0) {
        report_problem(&draft->report, &list->place, path, "is an empty list");
        report_remedy(&draft->report, "write at least one, or take the line out for the default");
    }
    for (const struct document_node *item = list->children; item; item = item->next) {
        if (item->kind == DOCUMENT_TEXT)
            draft_say_with_environment(draft, assignment, &item->place, path, item->text);
        else
            refuse_shape(draft, item, path, "a single value", "write one text for each item");
    }
}

static void take_option(struct draft *draft, const struct option *option,
                        struct assignment *assignment, struct bytes path,
                        const struct document_node *node)
{
    bool is_list = option->kind == OPTION_LIST;
    if (assignment->place.kind != PLACE_NONE) {
        report_problem(&draft->report, &node->key_place, path, "written twice");
        report_remedy(&draft->report, "keep one; the first is in line %zu", assignment->place.line);
        return;
    }
    assignment->place = node->key_place;
    if (node->kind == DOCUMENT_TEXT)
        take_text(draft, assignment, path, node);
    else if (node->kind == DOCUMENT_LIST && is_list)
        take_list(draft, option, assignment, path, node);
    else
        refuse_shape(draft, node, path, is_list ? "a list" : "a single value",
                     is_list ? "write one text, or a list of texts" : "write one value");
}

static void take_core_option(struct draft *draft, struct core_draft *core, struct bytes parent,
                             const struct document_node *node)
{
    const struct option *option = option_find(core_options, node->key);
    struct path path = join(parent, node->key);
    if (option)
        take_option(draft, option, core_draft_assignment(core, option), bytes_from_cstr(path.text),
                    node);
    else
        draft_refuse_unknown(draft, core_options, &node->key_place, bytes_from_cstr(path.text));
}

static void take_core(struct draft *draft, const struct document_node *node)
{
    struct path name = join(BYTES("cores"), node->key);
    struct bytes path = bytes_from_cstr(name.text);
    struct core_draft *core = draft_add_core(draft, &node->key_place, node->key);
    if (!core)
        return;
    if (node->kind == DOCUMENT_TEXT)
        take_option(draft, core_option_url(), core_draft_assignment(core, core_option_url()), path,
                    node);
    else if (node->kind == DOCUMENT_MAP)
        for (const struct document_node *child = node->children; child; child = child->next)
            take_core_option(draft, core, path, child);
    else
        refuse_shape(draft, node, path, "a url or a map",
                     "write NAME: http://host:port, or NAME: "
                     "{url: http://host:port, key: ${KEY}}");
}

static void take_cores(struct draft *draft, const struct document_node *node)
{
    draft_assignment(draft, edge_option_cores())->place = node->key_place;
    if (node->kind != DOCUMENT_MAP) {
        refuse_shape(draft, node, BYTES("cores"), "a map",
                     "write a line for each core below it: NAME: http://host:port");
        return;
    }
    for (const struct document_node *child = node->children; child; child = child->next)
        take_core(draft, child);
}

static void take_section(struct draft *draft, const struct document_node *section,
                         struct bytes parent);

static void take_entry(struct draft *draft, const struct document_node *node, struct bytes parent)
{
    struct path joined = join(parent, node->key);
    struct bytes path = bytes_from_cstr(joined.text);
    const struct option *option = option_find(edge_options, path);
    if (option && option->kind == OPTION_CORES)
        take_cores(draft, node);
    else if (option)
        take_option(draft, option, draft_assignment(draft, option), path, node);
    else if (!option_is_section(edge_options, path))
        draft_refuse_unknown(draft, edge_options, &node->key_place, path);
    else if (node->kind == DOCUMENT_MAP)
        take_section(draft, node, path);
    else if (!document_is_empty(node)) /* a section may have all its lines commented out */
        refuse_shape(draft, node, path, "a map", "write its options below it, indented");
}

/* Recursion ends: the path grows with each level, and no section's name has two dots. */
static void take_section(struct draft *draft, const struct document_node *section,
                         struct bytes parent)
{
    for (const struct document_node *node = section->children; node; node = node->next)
        take_entry(draft, node, parent);
}

void draft_take_file(struct draft *draft)
{
    struct document_node *root;
    int r = document_read(&root, &draft->memory, &draft->report);
    if (r == -ENOMEM)
        report_no_memory(&draft->report);
    if (r < 0 || !root || document_is_empty(root))
        return;
    if (root->kind == DOCUMENT_MAP)
        take_section(draft, root, BYTES(""));
    else
        refuse_shape(draft, root, BYTES(""), "a map", "write options as name: value");
}
