/* SPDX-License-Identifier: Apache-2.0 */
#include "config/draft.h"

#include <errno.h>

static void take_section(struct draft *draft, const struct document_node *section,
                         struct bytes parent);

static void take_named(struct draft *draft, const struct document_node *node, struct bytes parent)
{
    struct option_path joined = option_path_join(parent, node->key);
    struct bytes path = bytes_from_cstr(joined.text);
    const struct option *table = draft->table->options;
    const struct option *option = option_find(table, path);
    if (option) {
        struct slot slot = {option, draft_assignment(draft, option), path};
        draft_take(draft, &slot, node);
    } else if (!option_is_section(table, path)) {
        draft_refuse_unknown(draft, table, &node->key_place, path, path);
    } else if (node->kind == DOCUMENT_MAP) {
        take_section(draft, node, path);
    } else if (!document_is_empty(node)) { /* a section may have all its lines commented out */
        draft_refuse_shape(draft, node, path, "a map", "write its options below it, indented");
    }
}

/* Recursion ends: the path grows with each level, and no section's name has two dots. */
static void take_section(struct draft *draft, const struct document_node *section,
                         struct bytes parent)
{
    for (const struct document_node *node = section->children; node; node = node->next)
        take_named(draft, node, parent);
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
        draft_refuse_shape(draft, root, BYTES(""), "a map", "write options as name: value");
}
