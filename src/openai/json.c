/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/json.h"

static bool is_plain(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

static struct bytes plain_run(struct bytes text)
{
    size_t length = 0;
    while (length < text.length && is_plain(text.at[length]))
        length++;
    return bytes_of(text.at, length);
}

static int write_escape(struct buffer *out, char c)
{
    switch (c) {
    case '"':
        return buffer_append(out, BYTES("\\\""));
    case '\\':
        return buffer_append(out, BYTES("\\\\"));
    case '\n':
        return buffer_append(out, BYTES("\\n"));
    case '\r':
        return buffer_append(out, BYTES("\\r"));
    case '\t':
        return buffer_append(out, BYTES("\\t"));
    default:
        return buffer_append_format(out, "\\u%04x", (unsigned char)c);
    }
}

/* One character that is no plain ASCII; *ret_used bytes of the text are it. */
static int write_character(struct buffer *out, struct bytes text, size_t *ret_used)
{
    uint32_t character;
    size_t length = bytes_read_utf8(text, &character);
    *ret_used = length > 0 ? length : 1;
    if (length == 0)
        return buffer_append(out, BYTES("\xef\xbf\xbd"));
    return length == 1 ? write_escape(out, text.at[0])
                       : buffer_append(out, bytes_of(text.at, length));
}

static int write_content(struct buffer *out, struct bytes text)
{
    while (text.length > 0) {
        struct bytes run = plain_run(text);
        size_t used = run.length;
        int r = used > 0 ? buffer_append(out, run) : write_character(out, text, &used);
        if (r < 0)
            return r;
        text = bytes_after(text, used);
    }
    return 0;
}

int json_write_string(struct buffer *out, struct bytes text)
{
    size_t before = out->length;
    int r = buffer_append(out, BYTES("\""));
    if (r == 0)
        r = write_content(out, text);
    if (r == 0)
        r = buffer_append(out, BYTES("\""));
    if (r < 0)
        buffer_truncate(out, before);
    return r;
}
