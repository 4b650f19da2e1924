/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keys/line.h"

#include "cli/keys/trait_kind.h"
#include "config/report.h"
#include "config/suggest.h"

struct line {
    const struct line_place *place;
    struct sheet *sheet;
    struct printer *message;
    struct json_reader reader;
};

static void print_place(const struct line *line)
{
    PRINT(line->message, "%s:%zu: ", line->place->file, line->place->number);
}

static bool refuse(const struct line *line, const char *problem, const char *remedy)
{
    print_place(line);
    PRINT(line->message, "%s\n  %s\n", problem, remedy);
    return false;
}

/* Columns count bytes: who looks for one has a line of JSON before them. */
static bool refuse_fault(const struct line *line)
{
    const struct json_reader *reader = &line->reader;
    PRINT(line->message, "%s:%zu:%zu: %s\n  write one JSON object a line\n", line->place->file,
          line->place->number, (size_t)(reader->at - reader->start) + 1,
          json_fault_texts[reader->fault]);
    return false;
}

static bool refuse_unknown(const struct line *line, struct bytes name)
{
    struct suggestion meant = {.word = name};
    for (size_t i = 0; i < trait_count; i++)
        suggest_offer(&meant, bytes_from_cstr(traits[i].name), traits[i].name);
    print_place(line);
    PRINT(line->message, "there is no member \"%s\"\n", show(name).text);
    if (meant.nearest)
        PRINT(line->message, "  did you mean \"%s\"?\n", meant.nearest);
    else
        PRINT(line->message, "  docs/keys.md lists all there are\n");
    return false;
}

static bool refuse_value(const struct line *line, const struct trait *trait,
                         const struct json_value *value, const char *problem)
{
    struct bytes text = value->kind == JSON_STRING ? value->text.raw : value->raw;
    print_place(line);
    if (trait->kind == TRAIT_SECRET)
        PRINT(line->message, "%s: %s\n", trait->name, problem);
    else
        PRINT(line->message, "%s: \"%s\" %s\n", trait->name, show(text).text, problem);
    PRINT(line->message, "  %s\n", trait_remedy(trait));
    return false;
}

static const struct trait *find_member(const struct line *line, struct json_text key,
                                       struct bytes *ret_name)
{
    char *name = memory_alloc(&line->sheet->memory, key.raw.length + 1);
    if (!name)
        return NULL;
    *ret_name = bytes_of(name, json_text_decode(key, name));
    return trait_find(*ret_name);
}

static bool read_member(struct line *line, struct json_text key)
{
    struct json_value value;
    struct bytes name = {0};
    const struct trait *trait = find_member(line, key, &name);
    if (!name.at)
        return refuse(line, trait_no_memory, "import fewer keys at a time");
    if (!json_read_value(&line->reader, &value))
        return refuse_fault(line);
    if (!trait)
        return refuse_unknown(line, name);
    if (trait_is_given(line->sheet, trait->name))
        return refuse_value(line, trait, &value, "is the second one on this line");
    const char *problem = trait_read_json(trait, line->sheet, &line->reader, &value);
    return !problem || refuse_value(line, trait, &value, problem);
}

static bool read_members(struct line *line)
{
    struct json_value value;
    struct json_text key;
    if (!json_read_value(&line->reader, &value))
        return refuse_fault(line);
    if (value.kind != JSON_OBJECT)
        return refuse(line, "is no object", "write one JSON object a line: {\"name\": \"a\"}");
    while (json_next_member(&line->reader, &key))
        if (!read_member(line, key))
            return false;
    return json_finish(&line->reader) || refuse_fault(line);
}

bool line_is_tenant(const struct sheet *sheet)
{
    return !trait_is_given(sheet, "name");
}

static bool check_tenant(const struct line *line)
{
    if (!trait_is_given(line->sheet, "tenant"))
        return refuse(line, "says neither name nor tenant", "each key has a \"name\"");
    for (size_t i = 0; i < trait_count; i++)
        if (trait_is_given(line->sheet, traits[i].name) && !(traits[i].uses & TRAIT_TENANT) &&
            strcmp(traits[i].name, "tenant") != 0)
            return refuse(line, "a tenant has limits and labels only, and a key a \"name\"",
                          "add \"name\", or take the other members out");
    return true;
}

bool line_read(struct bytes text, const struct line_place *place, struct sheet *sheet,
               struct printer *message)
{
    struct line line = {.place = place, .sheet = sheet, .message = message};
    json_reader_init(&line.reader, text);
    if (!read_members(&line))
        return false;
    if (sheet->secret.at && trait_is_given(sheet, "sha256"))
        return refuse(&line, "says both key and sha256", "keep the one that is right");
    return !line_is_tenant(sheet) || check_tenant(&line);
}
