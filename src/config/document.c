/* SPDX-License-Identifier: Apache-2.0 */
#include "config/document.h"

#include <assert.h>
#include <errno.h>
#include <yaml.h>

#include "config/load.h"
#include "config/substitute.h"
#include "config/text_check.h"

struct reader {
    yaml_parser_t yaml;
    struct memory *memory;
    struct report *report;
    size_t node_count;
};

static struct place place_of(yaml_mark_t mark)
{
    return (struct place){.kind = PLACE_FILE, .line = mark.line + 1, .column = mark.column + 1};
}

static int refuse(struct reader *reader, yaml_mark_t mark, const char *problem, const char *remedy)
{
    struct place place = place_of(mark);
    report_problem(reader->report, &place, BYTES(""), "%s", problem);
    report_remedy(reader->report, "%s", remedy);
    return -EINVAL;
}

/* ---- what libyaml cannot read ---- */

static bool is_tab(const struct reader *reader)
{
    const yaml_parser_t *yaml = &reader->yaml;
    return yaml->buffer.pointer < yaml->buffer.last && *yaml->buffer.pointer == '\t';
}

static int refuse_syntax(struct reader *reader)
{
    const yaml_parser_t *yaml = &reader->yaml;
    if (yaml->error == YAML_MEMORY_ERROR)
        return -ENOMEM;
    if (is_tab(reader))
        return refuse(reader, yaml->problem_mark, "a tab where YAML wants spaces",
                      "indent with spaces");

    if (yaml->context && yaml->error == YAML_SCANNER_ERROR) {
        /* What was being read began where the mistake is; it was noticed somewhere below. */
        struct place place = place_of(yaml->context_mark);
        report_problem(reader->report, &place, BYTES(""), "%s, %s", yaml->context, yaml->problem);
        report_remedy(reader->report, "check the quotes and colons from here on");
        return -EINVAL;
    }
    struct place place = place_of(yaml->problem_mark);
    report_problem(reader->report, &place, BYTES(""), "%s%s%s", yaml->context ? yaml->context : "",
                   yaml->context ? ", " : "", yaml->problem ? yaml->problem : "no YAML");
    if (yaml->context)
        report_remedy(reader->report, "check indentation and brackets since line %zu",
                      yaml->context_mark.line + 1);
    else
        report_remedy(reader->report, "check the quotes, colons and indentation here");
    return -EINVAL;
}

static int next_event(struct reader *reader, yaml_event_t *ret_event)
{
    return yaml_parser_parse(&reader->yaml, ret_event) ? 0 : refuse_syntax(reader);
}

/* ---- the tree ---- */

static int check_event(struct reader *reader, const yaml_event_t *event, unsigned depth)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    if (event->type == YAML_ALIAS_EVENT || anchor)
        return refuse(reader, event->start_mark, "an anchor or alias",
                      "write the value out; a text that begins with & or * needs quotes");
    if (tag)
        return refuse(reader, event->start_mark, "a tag",
                      "leave it out; a text that begins with ! needs quotes");
    if (depth > DOCUMENT_DEPTH)
        return refuse(reader, event->start_mark, "nested too deep",
                      "no option lies deeper than cores: NAME: key");
    if (++reader->node_count > DOCUMENT_NODES)
        return refuse(reader, event->start_mark, "too many values",
                      "a configuration has at most 4096");
    return 0;
}

static struct document_node *new_node(struct reader *reader, const yaml_event_t *event)
{
    struct document_node *node = memory_alloc(reader->memory, sizeof *node);
    if (!node)
        return NULL;
    node->place = place_of(event->start_mark);
    node->kind = event->type == YAML_SCALAR_EVENT           ? DOCUMENT_TEXT
                 : event->type == YAML_SEQUENCE_START_EVENT ? DOCUMENT_LIST
                                                            : DOCUMENT_MAP;
    return node;
}

static int read_text(struct reader *reader, const yaml_event_t *event, struct bytes *ret_text)
{
    struct bytes raw = bytes_of((const char *)event->data.scalar.value, event->data.scalar.length);
    *ret_text = substitute_unshield(reader->memory, raw);
    return ret_text->at ? 0 : -ENOMEM;
}

static int read_node(struct reader *reader, const yaml_event_t *event, unsigned depth,
                     struct document_node **ret_node);

/* The value that begins with the next event; *ret_node is NULL at the end of a list or map. */
static int read_next(struct reader *reader, unsigned depth, struct document_node **ret_node)
{
    yaml_event_t event;
    int r = next_event(reader, &event);
    if (r < 0)
        return r;
    *ret_node = NULL;
    if (event.type != YAML_SEQUENCE_END_EVENT && event.type != YAML_MAPPING_END_EVENT)
        r = read_node(reader, &event, depth, ret_node);
    yaml_event_delete(&event);
    return r;
}

static int check_key(struct reader *reader, const struct document_node *map,
                     const struct document_node *key)
{
    if (key->kind != DOCUMENT_TEXT) {
        report_problem(reader->report, &key->place, BYTES(""),
                       "a list or map where a name belongs");
        report_remedy(reader->report,
                      "write name: value; a text that begins with [ or { needs quotes");
        return -EINVAL;
    }
    for (const struct document_node *other = map->children; other; other = other->next) {
        if (!bytes_equal(other->key, key->text))
            continue;
        report_problem(reader->report, &key->place, key->text, "written twice");
        report_remedy(reader->report, "keep one; the first is in line %zu", other->key_place.line);
        return -EINVAL;
    }
    return 0;
}

/* A map's entry: the key has been read, its value comes. */
static int read_value(struct reader *reader, const struct document_node *map, unsigned depth,
                      struct document_node **node)
{
    const struct document_node *key = *node;
    int r = check_key(reader, map, key);
    if (r == 0)
        r = read_next(reader, depth, node);
    if (r < 0)
        return r;
    assert(*node); /* libyaml makes an empty text of a missing value */
    (*node)->key = key->text;
    (*node)->key_place = key->place;
    return 0;
}

static int read_children(struct reader *reader, struct document_node *parent, unsigned depth)
{
    struct document_node **end = &parent->children;
    for (;;) {
        struct document_node *node;
        int r = read_next(reader, depth, &node);
        if (r < 0 || !node)
            return r;
        if (parent->kind == DOCUMENT_MAP)
            r = read_value(reader, parent, depth, &node);
        if (r < 0)
            return r;
        *end = node;
        end = &node->next;
    }
}

static int read_node(struct reader *reader, const yaml_event_t *event, unsigned depth,
                     struct document_node **ret_node)
{
    int r = check_event(reader, event, depth);
    if (r < 0)
        return r;
    struct document_node *node = new_node(reader, event);
    if (!node)
        return -ENOMEM;
    if (node->kind == DOCUMENT_TEXT) {
        node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        r = read_text(reader, event, &node->text);
    } else {
        r = read_children(reader, node, depth + 1);
    }
    *ret_node = node;
    return r;
}

/* ---- the stream ---- */

static int skip_event(struct reader *reader, yaml_event_type_t *ret_type, yaml_mark_t *ret_mark)
{
    yaml_event_t event;
    int r = next_event(reader, &event);
    if (r < 0)
        return r;
    *ret_type = event.type;
    *ret_mark = event.start_mark;
    yaml_event_delete(&event);
    return 0;
}

/* Stream start, then at most one document: start, value, end; stream end. */
static int read_stream(struct reader *reader, struct document_node **ret_root)
{
    yaml_event_type_t type;
    yaml_mark_t mark;
    int r = skip_event(reader, &type, &mark);
    if (r == 0)
        r = skip_event(reader, &type, &mark);
    if (r < 0 || type == YAML_STREAM_END_EVENT)
        return r;

    r = read_next(reader, 1, ret_root);
    if (r == 0)
        r = skip_event(reader, &type, &mark);
    if (r == 0)
        r = skip_event(reader, &type, &mark);
    if (r == 0 && type != YAML_STREAM_END_EVENT)
        r = refuse(reader, mark, "a second document", "one file holds one configuration");
    return r;
}

/* Line and column of a byte. */
static yaml_mark_t mark_of(struct bytes text, size_t at)
{
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < at; i++) {
        bool is_line_end = text.at[i] == '\n' || (text.at[i] == '\r' && text.at[i + 1] != '\n');
        bool is_inner_byte = ((unsigned char)text.at[i] & 0xc0) == 0x80;
        mark.line += is_line_end;
        mark.column = is_line_end ? 0 : mark.column + !is_inner_byte;
    }
    return mark;
}

static int check_text(struct reader *reader)
{
    struct bytes text = reader->report->file_text;
    if (text.length > CONFIG_FILE_BYTES)
        return refuse(reader, (yaml_mark_t){0}, "the file is larger than 1MiB",
                      "is it a configuration?");
    size_t at = text_printable_bytes(text);
    while (at < text.length && text_is_one_of(text.at[at], "\t\n\r")) {
        at++;
        at += text_printable_bytes(bytes_after(text, at));
    }
    if (at < text.length)
        return refuse(reader, mark_of(text, at), "a character that no text holds, or no UTF-8",
                      "save the file as UTF-8 text");
    return 0;
}

int document_read(struct document_node **ret_root, struct memory *memory, struct report *report)
{
    struct reader reader = {.memory = memory, .report = report};
    *ret_root = NULL;
    int r = check_text(&reader);
    if (r < 0)
        return r;
    struct bytes shielded = substitute_shield(memory, report->file_text);
    if (!shielded.at || !yaml_parser_initialize(&reader.yaml))
        return -ENOMEM;
    yaml_parser_set_encoding(&reader.yaml, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.yaml, (const unsigned char *)shielded.at, shielded.length);
    r = read_stream(&reader, ret_root);
    yaml_parser_delete(&reader.yaml);
    return r;
}

bool document_is_empty(const struct document_node *node)
{
    return node->kind == DOCUMENT_TEXT && node->is_plain && node->text.length == 0;
}
