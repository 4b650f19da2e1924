/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* Always kept free behind the text, for whatever a cut line needs to end well. */
#define TAIL_BYTES sizeof ",\"cut\":\"...\"}\n"

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn",
    [LOG_ERROR] = "error", [LOG_OFF] = "off",
};

struct line {
    size_t length;
    bool is_cut; /* nothing but the tail may follow */
    char text[LOG_LINE_BYTES];
};

static void put_tail(struct line *line, struct bytes piece)
{
    memcpy(line->text + line->length, piece.at, piece.length);
    line->length += piece.length;
}

/* All of the piece or nothing; false: the line is full. */
static bool put(struct line *line, struct bytes piece)
{
    if (line->length + piece.length > sizeof line->text - TAIL_BYTES)
        return false;
    put_tail(line, piece);
    return true;
}

/* Characters that end lines, hide text or turn its direction on somebody's screen. */
static bool is_dangerous(uint32_t character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x61c ||
           (character >= 0x200e && character <= 0x200f) ||
           (character >= 0x2028 && character <= 0x202e) ||
           (character >= 0x2066 && character <= 0x2069);
}

/* The character at the front as it may stand in the line; *ret_used bytes of the view are it. */
static struct bytes escape(struct bytes view, char (*room)[8], size_t *ret_used)
{
    uint32_t character;
    *ret_used = bytes_read_utf8(view, &character);
    if (*ret_used == 0) {
        *ret_used = 1;
        return BYTES("\\ufffd");
    }
    if (character == '"')
        return BYTES("\\\"");
    if (character == '\\')
        return BYTES("\\\\");
    if (!is_dangerous(character))
        return bytes_of(view.at, *ret_used);
    snprintf(*room, sizeof *room, "\\u%04" PRIx32, character & 0xffff);
    return bytes_from_cstr(*room);
}

static void put_string(struct line *line, struct bytes view)
{
    put_tail(line, BYTES("\""));
    while (view.length > 0) {
        char room[8];
        size_t used;
        if (!put(line, escape(view, &room, &used))) {
            line->is_cut = true;
            put_tail(line, BYTES("..."));
            break;
        }
        view = bytes_after(view, used);
    }
    put_tail(line, BYTES("\""));
}

/* ,"name": - names are ours, short and plain. */
static bool put_name(struct line *line, const char *name)
{
    size_t before = line->length;
    if (put(line, BYTES(",\"")) && put(line, bytes_from_cstr(name)) && put(line, BYTES("\":")))
        return true;
    line->length = before;
    return false;
}

static void put_cut_mark(struct line *line)
{
    line->is_cut = true;
    put_tail(line, BYTES(",\"cut\":\"...\""));
}

static void put_text_field(struct line *line, const char *name, struct bytes text)
{
    /* A text needs room for its quotes at least, and an ending like "..." after that. */
    size_t before = line->length;
    if (put_name(line, name) && put(line, BYTES("\""))) {
        line->length--;
        put_string(line, text);
        return;
    }
    line->length = before;
    put_cut_mark(line);
}

static void put_number_field(struct line *line, const char *name, int64_t number)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, number);
    size_t before = line->length;
    if (put_name(line, name) && put(line, bytes_from_cstr(digits)))
        return;
    line->length = before;
    put_cut_mark(line);
}

static void put_timestamp(struct line *line, uint64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc;
    if (!gmtime_r(&seconds, &utc))
        utc = (struct tm){.tm_year = 70, .tm_mday = 1};
    char text[96];
    snprintf(text, sizeof text, "{\"ts\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"",
             utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
             (int)(wall_ms % 1000));
    put(line, bytes_from_cstr(text));
}

static void put_field(struct line *line, const struct log_field *field)
{
    switch (field->kind) {
    case LOG_TEXT:
        put_text_field(line, field->name, field->text);
        return;
    case LOG_NUMBER:
        put_number_field(line, field->name, field->number);
        return;
    }
}

void log_write(struct log *log, enum log_level level, const char *event,
               const struct log_field *fields, size_t field_count)
{
    if (!log || level < log->least || level >= LOG_OFF)
        return;

    struct line line;
    line.length = 0;
    line.is_cut = false;
    put_timestamp(&line, log->wall_ms ? log->wall_ms(log->clock) : 0);
    put_text_field(&line, "level", bytes_from_cstr(level_names[level]));
    put_text_field(&line, "node", bytes_from_cstr(log->node));
    if (!line.is_cut)
        put_text_field(&line, "event", bytes_from_cstr(event));
    for (size_t i = 0; i < field_count && !line.is_cut; i++)
        put_field(&line, &fields[i]);
    put_tail(&line, BYTES("}\n"));
    log->write(log->sink, bytes_of(line.text, line.length));
}

bool log_level_read(struct bytes name, enum log_level *ret_level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++) {
        if (bytes_equal(name, bytes_from_cstr(level_names[i]))) {
            *ret_level = (enum log_level)i;
            return true;
        }
    }
    return false;
}
