/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http1_chunked.h"

#include "http/http1_head.h"

#define SIZE_DIGITS 16

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* What may stand in a field's value or between quotes: the tab, blanks, visible and 8-bit bytes. */
static bool is_text(char c)
{
    unsigned char byte = (unsigned char)c;
    return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
}

static enum http1_chunked_state on_size(struct http1_chunked *chunked, char c)
{
    int digit = hex_digit(c);
    if (digit >= 0) {
        if (chunked->token_bytes == SIZE_DIGITS || chunked->left >> 59)
            return HTTP1_CHUNKED_BROKEN;
        chunked->left = chunked->left << 4 | (unsigned)digit;
        chunked->token_bytes++;
        return HTTP1_CHUNKED_SIZE;
    }
    if (chunked->token_bytes == 0)
        return HTTP1_CHUNKED_BROKEN;
    chunked->token_bytes = 0;
    if (c == '\r')
        return HTTP1_CHUNKED_SIZE_LF;
    return c == ';' ? HTTP1_CHUNKED_EXTENSION_NAME : HTTP1_CHUNKED_BROKEN;
}

/* Behind a whole extension: the next one, or the line's end. */
static enum http1_chunked_state after_extension(struct http1_chunked *chunked, char c)
{
    chunked->token_bytes = 0;
    if (c == ';')
        return HTTP1_CHUNKED_EXTENSION_NAME;
    return c == '\r' ? HTTP1_CHUNKED_SIZE_LF : HTTP1_CHUNKED_BROKEN;
}

static enum http1_chunked_state on_extension_name(struct http1_chunked *chunked, char c)
{
    if (http1_is_token_char(c)) {
        chunked->token_bytes = 1;
        return HTTP1_CHUNKED_EXTENSION_NAME;
    }
    if (chunked->token_bytes == 0)
        return HTTP1_CHUNKED_BROKEN;
    if (c != '=')
        return after_extension(chunked, c);
    chunked->token_bytes = 0;
    return HTTP1_CHUNKED_EXTENSION_VALUE;
}

static enum http1_chunked_state on_extension_value(struct http1_chunked *chunked, char c)
{
    if (http1_is_token_char(c)) {
        chunked->token_bytes = 1;
        return HTTP1_CHUNKED_EXTENSION_VALUE;
    }
    if (chunked->token_bytes == 0)
        return c == '"' ? HTTP1_CHUNKED_EXTENSION_QUOTED : HTTP1_CHUNKED_BROKEN;
    return after_extension(chunked, c);
}

static enum http1_chunked_state on_extension_quoted(char c)
{
    if (c == '"')
        return HTTP1_CHUNKED_EXTENSION_AFTER_QUOTED;
    if (c == '\\')
        return HTTP1_CHUNKED_EXTENSION_ESCAPED;
    return is_text(c) ? HTTP1_CHUNKED_EXTENSION_QUOTED : HTTP1_CHUNKED_BROKEN;
}

static enum http1_chunked_state on_size_lf(const struct http1_chunked *chunked, char c)
{
    if (c != '\n')
        return HTTP1_CHUNKED_BROKEN;
    return chunked->left > 0 ? HTTP1_CHUNKED_DATA : HTTP1_CHUNKED_TRAILER_NAME;
}

/* A trailer that would have been framing as a header is an attempt to be read in two ways. */
static bool is_framing(const struct http1_chunked *chunked)
{
    struct bytes name = bytes_of(chunked->trailer_name, chunked->token_bytes);
    return bytes_equal_nocase(name, BYTES("Content-Length")) ||
           bytes_equal_nocase(name, BYTES("Transfer-Encoding")) ||
           bytes_equal_nocase(name, BYTES("Host"));
}

static enum http1_chunked_state on_trailer_name(struct http1_chunked *chunked, char c)
{
    if (http1_is_token_char(c)) {
        if (chunked->token_bytes < HTTP1_TRAILER_NAME_BYTES)
            chunked->trailer_name[chunked->token_bytes++] = c;
        return HTTP1_CHUNKED_TRAILER_NAME;
    }
    if (chunked->token_bytes == 0)
        return c == '\r' ? HTTP1_CHUNKED_END_LF : HTTP1_CHUNKED_BROKEN;
    if (c != ':' || is_framing(chunked))
        return HTTP1_CHUNKED_BROKEN;
    chunked->token_bytes = 0;
    return HTTP1_CHUNKED_TRAILER_VALUE;
}

static enum http1_chunked_state on_trailer_value(char c)
{
    if (c == '\r')
        return HTTP1_CHUNKED_TRAILER_LF;
    return is_text(c) ? HTTP1_CHUNKED_TRAILER_VALUE : HTTP1_CHUNKED_BROKEN;
}

static enum http1_chunked_state expect(char c, char wanted, enum http1_chunked_state next)
{
    return c == wanted ? next : HTTP1_CHUNKED_BROKEN;
}

static enum http1_chunked_state framing_byte(struct http1_chunked *chunked, char c)
{
    switch (chunked->state) {
    case HTTP1_CHUNKED_SIZE:
        return on_size(chunked, c);
    case HTTP1_CHUNKED_EXTENSION_NAME:
        return on_extension_name(chunked, c);
    case HTTP1_CHUNKED_EXTENSION_VALUE:
        return on_extension_value(chunked, c);
    case HTTP1_CHUNKED_EXTENSION_QUOTED:
        return on_extension_quoted(c);
    case HTTP1_CHUNKED_EXTENSION_ESCAPED:
        return is_text(c) ? HTTP1_CHUNKED_EXTENSION_QUOTED : HTTP1_CHUNKED_BROKEN;
    case HTTP1_CHUNKED_EXTENSION_AFTER_QUOTED:
        return after_extension(chunked, c);
    case HTTP1_CHUNKED_SIZE_LF:
        return on_size_lf(chunked, c);
    case HTTP1_CHUNKED_DATA:
        return expect(c, '\r', HTTP1_CHUNKED_DATA_LF); /* all data of the chunk was read */
    case HTTP1_CHUNKED_DATA_LF:
        return expect(c, '\n', HTTP1_CHUNKED_SIZE);
    case HTTP1_CHUNKED_TRAILER_NAME:
        return on_trailer_name(chunked, c);
    case HTTP1_CHUNKED_TRAILER_VALUE:
        return on_trailer_value(c);
    case HTTP1_CHUNKED_TRAILER_LF:
        return expect(c, '\n', HTTP1_CHUNKED_TRAILER_NAME);
    case HTTP1_CHUNKED_END_LF:
        return expect(c, '\n', HTTP1_CHUNKED_ENDED);
    case HTTP1_CHUNKED_ENDED:
    case HTTP1_CHUNKED_BROKEN:
        break;
    }
    return chunked->state;
}

/* Counts what is read and dropped; false once it is too much. */
static bool is_within_limits(struct http1_chunked *chunked)
{
    if (chunked->state >= HTTP1_CHUNKED_EXTENSION_NAME &&
        chunked->state <= HTTP1_CHUNKED_EXTENSION_AFTER_QUOTED)
        return ++chunked->extension_bytes <= HTTP1_EXTENSION_LIMIT_BYTES;
    if (chunked->state == HTTP1_CHUNKED_TRAILER_NAME ||
        chunked->state == HTTP1_CHUNKED_TRAILER_VALUE)
        return ++chunked->trailer_bytes <= HTTP1_TRAILER_LIMIT_BYTES;
    return true;
}

static void take_data(struct http1_chunked *chunked, struct bytes *input, uint64_t most,
                      struct bytes *ret_data)
{
    if (most > chunked->left)
        most = chunked->left;
    size_t length = most < input->length ? (size_t)most : input->length;
    *ret_data = bytes_of(input->at, length);
    *input = bytes_after(*input, length);
    chunked->left -= length;
}

enum http1_chunked_step http1_chunked_next(struct http1_chunked *chunked, struct bytes *input,
                                           uint64_t most, struct bytes *ret_data)
{
    *ret_data = (struct bytes){0};
    while (input->length > 0 && chunked->state < HTTP1_CHUNKED_ENDED) {
        if (chunked->state == HTTP1_CHUNKED_DATA && chunked->left > 0) {
            take_data(chunked, input, most, ret_data);
            return HTTP1_CHUNKED_READY;
        }
        char c = input->at[0];
        *input = bytes_after(*input, 1);
        chunked->state =
            is_within_limits(chunked) ? framing_byte(chunked, c) : HTTP1_CHUNKED_BROKEN;
    }
    if (chunked->state == HTTP1_CHUNKED_BROKEN)
        return HTTP1_CHUNKED_WRONG;
    return chunked->state == HTTP1_CHUNKED_ENDED ? HTTP1_CHUNKED_LAST : HTTP1_CHUNKED_MORE;
}

void http1_chunked_put_back(struct http1_chunked *chunked, size_t count)
{
    chunked->left += count;
}
