/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/csv.h"

#include "config/text_check.h"

static bool looks_like_formula(struct bytes text)
{
    return text.length > 0 && text_is_one_of(text.at[0], "=+-@\t\r\n");
}

static bool needs_quotes(struct bytes text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text_is_one_of(text.at[i], "\",;\t\r\n "))
            return true;
    return false;
}

/* A quote within quotes is written twice. */
static void print_quoted(struct printer *out, struct bytes text)
{
    struct bytes rest = text;
    while (rest.at) {
        struct bytes part = bytes_cut(&rest, '"');
        print_bytes(out, part);
        if (rest.at)
            print_bytes(out, BYTES("\"\""));
    }
}

void csv_print_text(struct printer *out, struct bytes text)
{
    bool has_quotes = needs_quotes(text), is_formula = looks_like_formula(text);
    PRINT(out, "%s%s", has_quotes ? "\"" : "", is_formula ? "'" : "");
    print_quoted(out, text);
    PRINT(out, "%s", has_quotes ? "\"" : "");
}
