/* SPDX-License-Identifier: Apache-2.0 */
#include "config/source_line.h"

#include "config/secret_mask.h"
#include "config/text_check.h"

/* Characters shown around the caret of a long line. */
#define SHOWN_BEFORE 60
#define SHOWN_BEHIND 40

static struct bytes cut_line(struct bytes *rest)
{
    size_t end = 0;
    while (end < rest->length && rest->at[end] != '\n' && rest->at[end] != '\r')
        end++;
    struct bytes line = bytes_of(rest->at, end);
    bool is_crlf = end + 1 < rest->length && rest->at[end] == '\r' && rest->at[end + 1] == '\n';
    size_t skip = end + (is_crlf ? 2 : 1);
    *rest = skip < rest->length ? bytes_after(*rest, skip) : bytes_of(rest->at, 0);
    return line;
}

/* A line on its way to the printer. */
struct canvas {
    struct printer *printer;
    size_t column;        /* of the source: the next character's */
    size_t wanted_column; /* which the caret shall stand below */
    size_t width;         /* characters printed */
    size_t caret;         /* printed before the caret */
};

static bool is_in_window(const struct canvas *canvas)
{
    return canvas->column + SHOWN_BEFORE >= canvas->wanted_column &&
           canvas->column <= canvas->wanted_column + SHOWN_BEHIND;
}

static void draw_character(struct canvas *canvas, struct bytes character)
{
    if (canvas->column <= canvas->wanted_column)
        canvas->caret = canvas->width;
    if (character.length > 0 && is_in_window(canvas)) {
        bool is_fit = text_is_printable(character);
        print_bytes(canvas->printer, is_fit                    ? character
                                     : character.at[0] == '\t' ? BYTES(" ")
                                                               : BYTES("?"));
        canvas->width++;
    }
    canvas->column++;
}

static void draw(struct canvas *canvas, struct bytes part)
{
    while (part.length > 0) {
        size_t size = text_char_bytes(part);
        if (size == 0)
            size = 1; /* no UTF-8: byte by byte */
        draw_character(canvas, bytes_of(part.at, size));
        part = bytes_after(part, size);
    }
}

static void draw_hidden(struct canvas *canvas, struct bytes part)
{
    size_t stars_at = canvas->width;
    print_bytes(canvas->printer, BYTES("***"));
    while (part.length > 0) {
        size_t size = text_char_bytes(part);
        draw_character(canvas, BYTES(""));
        part = bytes_after(part, size > 0 ? size : 1);
    }
    canvas->width = stars_at + 3;
}

static void draw_line(struct canvas *canvas, struct secret_mask *mask, struct bytes line)
{
    size_t at = 0;
    while (at < line.length && (line.at[at] == ' ' || line.at[at] == '\t'))
        at++;
    canvas->column = at + 1;

    struct mask_range secret = {0, 0};
    do {
        secret = secret_mask_next(mask, line, secret.end);
        draw(canvas, bytes_of(line.at + at, secret.start - at));
        if (secret.end > secret.start)
            draw_hidden(canvas, bytes_of(line.at + secret.start, secret.end - secret.start));
        at = secret.end;
    } while (at < line.length);

    if (canvas->column <= canvas->wanted_column)
        canvas->caret = canvas->width;
}

static void skip_line(struct secret_mask *mask, struct bytes line)
{
    struct mask_range secret = {0, 0};
    do
        secret = secret_mask_next(mask, line, secret.end);
    while (secret.end < line.length);
}

void source_line_print(struct printer *printer, const struct option *table, struct bytes text,
                       size_t line, size_t column)
{
    struct secret_mask mask = {.table = table};
    struct bytes rest = text;
    for (size_t i = 1; i < line && rest.length > 0; i++)
        skip_line(&mask, cut_line(&rest));
    if (rest.length == 0)
        return;

    struct canvas canvas = {.printer = printer, .wanted_column = column};
    PRINT(printer, "  ");
    draw_line(&canvas, &mask, cut_line(&rest));
    PRINT(printer, "\n  %*s^\n", (int)canvas.caret, "");
}
