/* SPDX-License-Identifier: Apache-2.0
 *
 * Values on their way into the draft: texts, lists, and maps, which are tables again. The depth of
 * the recursion is that of the tables.
 */
#include "config/draft.h"

static void take_text(struct draft *draft, const struct slot *slot,
                      const struct document_node *node)
{
    if (document_is_empty(node)) {
        report_problem(&draft->report, &node->key_place, slot->path, "nothing stands behind it");
        report_remedy(&draft->report, "write a value, or take the line out for the default");
        return;
    }
    draft_say(draft, slot, &node->place, node->text);
}

static void take_list(struct draft *draft, const struct slot *slot,
                      const struct document_node *list)
{
    if (!list->children && slot->option->least > 0) {
        report_problem(&draft->report, &list->place, slot->path, "is an empty list");
        report_remedy(&draft->report, "write at least one, or take the line out for the default");
    }
    for (const struct document_node *item = list->children; item; item = item->next) {
        if (item->kind == DOCUMENT_TEXT)
            draft_say(draft, slot, &item->place, item->text);
        else
            draft_refuse_shape(draft, item, slot->path, "a single value",
                               "write one text for each item");
    }
}

static struct slot entry_slot(const struct option_map *map, struct entry_draft *entry,
                              const struct option *option, struct bytes path)
{
    return (struct slot){option, &entry->given[option - map->options], path};
}

static void take_entry_option(struct draft *draft, const struct option_map *map,
                              struct entry_draft *entry, struct bytes parent,
                              const struct document_node *node)
{
    const struct option *option = option_find(map->options, node->key);
    struct option_path path = option_path_join(parent, node->key);
    if (!option) {
        draft_refuse_unknown(draft, map->options, &node->key_place, bytes_from_cstr(path.text),
                             node->key);
        return;
    }
    struct slot slot = entry_slot(map, entry, option, bytes_from_cstr(path.text));
    draft_take(draft, &slot, node);
}

static bool takes(const struct option *option, enum document_kind kind)
{
    switch (kind) {
    case DOCUMENT_TEXT:
        return true;
    case DOCUMENT_LIST:
        return option->kind == OPTION_LIST;
    case DOCUMENT_MAP:
        return option->kind == OPTION_MAP;
    }
    return false;
}

void draft_take_entry(struct draft *draft, const struct slot *slot,
                      const struct document_node *node)
{
    const struct option_map *map = slot->option->map;
    const struct option *whole = option_map_short(map);
    struct option_path joined = option_path_join(slot->path, node->key);
    struct bytes path = bytes_from_cstr(joined.text);
    struct entry_draft *entry = draft_add_entry(draft, slot, &node->key_place, node->key);
    if (!entry)
        return;
    if (whole && takes(whole, node->kind)) {
        struct slot short_form = entry_slot(map, entry, whole, path);
        draft_take(draft, &short_form, node);
    } else if (node->kind == DOCUMENT_MAP) {
        for (const struct document_node *child = node->children; child; child = child->next)
            take_entry_option(draft, map, entry, path, child);
    } else {
        draft_refuse_shape(draft, node, path, map->entry_shape, map->entry_remedy);
    }
}

static void take_map(struct draft *draft, const struct slot *slot, const struct document_node *node)
{
    const char *any_name = slot->option->map->any_name;
    if (node->kind == DOCUMENT_TEXT && any_name) {
        struct document_node any = *node;
        any.key = bytes_from_cstr(any_name);
        draft_take_entry(draft, slot, &any);
        return;
    }
    if (node->kind != DOCUMENT_MAP) {
        draft_refuse_shape(draft, node, slot->path, "a map", slot->option->map->map_remedy);
        return;
    }
    for (const struct document_node *child = node->children; child; child = child->next)
        draft_take_entry(draft, slot, child);
}

void draft_take(struct draft *draft, const struct slot *slot, const struct document_node *node)
{
    struct assignment *assignment = slot->assignment;
    bool is_list = slot->option->kind == OPTION_LIST;
    if (assignment->place.kind != PLACE_NONE) {
        report_problem(&draft->report, &node->key_place, slot->path, "written twice");
        report_remedy(&draft->report, "keep one; the first is in line %zu", assignment->place.line);
        return;
    }
    assignment->place = node->key_place;
    if (slot->option->kind == OPTION_MAP)
        take_map(draft, slot, node);
    else if (node->kind == DOCUMENT_TEXT)
        take_text(draft, slot, node);
    else if (node->kind == DOCUMENT_LIST && is_list)
        take_list(draft, slot, node);
    else
        draft_refuse_shape(draft, node, slot->path, is_list ? "a list" : "a single value",
                           is_list ? "write one text, or a list of texts" : "write one value");
}
