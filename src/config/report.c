/* SPDX-License-Identifier: Apache-2.0 */
#include "config/report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "config/source_line.h"
#include "config/text_check.h"

#define SENTENCE_BYTES 512

struct shown show(struct bytes view)
{
    struct shown shown = {{0}};
    const size_t room = sizeof shown.text - sizeof "...";
    size_t length = 0;
    for (size_t at = 0; at < view.length;) {
        struct bytes rest = bytes_after(view, at);
        size_t size = text_char_bytes(rest);
        bool is_fit = size > 0 && text_is_printable(bytes_of(rest.at, size));
        struct bytes character = is_fit ? bytes_of(rest.at, size) : BYTES("?");
        if (length + character.length > room) {
            memcpy(shown.text + length, "...", sizeof "...");
            break;
        }
        memcpy(shown.text + length, character.at, character.length);
        length += character.length;
        at += size > 0 ? size : 1;
    }
    return shown;
}

static bool is_silent(const struct report *report)
{
    return report->problem_count > REPORT_LIMIT;
}

static void print_place(struct report *report, const struct place *place)
{
    struct printer *printer = &report->printer;
    const char *file = report->file_name ? report->file_name : "configuration";
    switch (place->kind) {
    case PLACE_NONE:
        PRINT(printer, "%s: ", report->file_name ? file : "command line");
        return;
    case PLACE_FILE:
        PRINT(printer, "%s:%zu:%zu: ", file, place->line, place->column);
        return;
    case PLACE_ARGUMENT:
        PRINT(printer, "%s: ", show(place->argument).text);
        return;
    }
}

void report_problem(struct report *report, const struct place *place, struct bytes path,
                    const char *format, ...)
{
    struct printer *printer = &report->printer;
    if (report->problem_count++ == REPORT_LIMIT)
        PRINT(printer, "and more: mend these first\n");
    if (is_silent(report))
        return;

    char sentence[SENTENCE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);

    print_place(report, place);
    /* On the command line the argument has just named the option. */
    if (path.length > 0 && place->kind != PLACE_ARGUMENT)
        PRINT(printer, "%s: ", show(path).text);
    PRINT(printer, "%s\n", sentence);
    if (place->kind == PLACE_FILE)
        source_line_print(printer, report->table, report->file_text, place->line, place->column);
}

void report_remedy(struct report *report, const char *format, ...)
{
    if (is_silent(report))
        return;
    char sentence[SENTENCE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    PRINT(&report->printer, "  %s\n", sentence);
}

void report_no_memory(struct report *report)
{
    if (report->printer.status == 0)
        report->printer.status = -ENOMEM;
}

int report_status(const struct report *report)
{
    if (report->printer.status < 0)
        return report->printer.status;
    return report->problem_count > 0 ? -EINVAL : 0;
}
