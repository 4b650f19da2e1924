/* SPDX-License-Identifier: Apache-2.0
 *
 * text_check - what a text in a configuration may look like.
 *
 * Memory   nothing allocates.
 * Threads  any.
 * Errors   the checks return NULL, or what is wrong as option_check_fn wants it.
 */
#ifndef CONFIG_TEXT_CHECK_H
#define CONFIG_TEXT_CHECK_H

#include "base/bytes.h"

#define TEXT_NAME_BYTES 64
#define TEXT_MODEL_BYTES 256
#define TEXT_ROUTE_BYTES 256

/* Whether the set holds this character; the 0 byte is in no set. */
bool text_is_one_of(char c, const char *set);
/* [A-Za-z0-9._-]{1,64} */
bool text_is_name(struct bytes text);
/* Bytes of the UTF-8 character that starts the view (not empty); 0: none does. */
size_t text_char_bytes(struct bytes rest);
/* Bytes before the first character that is not printable. */
size_t text_printable_bytes(struct bytes text);
/* UTF-8 without control characters, line or paragraph separators, byte order marks, U+E000 to
 * U+E07F. */
bool text_is_printable(struct bytes text);
bool text_is_path_char(char c);

const char *text_check_name(struct bytes text);
const char *text_check_core_name(struct bytes text);
/* A core's name or "*". */
const char *text_check_place(struct bytes text);
const char *text_check_model_name(struct bytes text);
/* "/v1/inference", as RFC 3986 3.3 has it. */
const char *text_check_path(struct bytes text);
/* A path, or one with "/" and "*" behind it. */
const char *text_check_route(struct bytes text);
const char *text_check_method(struct bytes text);
const char *text_check_listen(struct bytes text);
const char *text_check_origin(struct bytes text);
/* Of tokens: RS256, ES256, EdDSA. */
const char *text_check_algorithm(struct bytes text);
/* realtime, interactive, standard, batch */
const char *text_check_class(struct bytes text);
#define TEXT_SECRET_LEAST 16
#define TEXT_SECRET_MOST 512
/* Long enough, and not one that stands in everybody's examples. */
const char *text_check_secret(struct bytes text);
/* Visible ASCII: what a header field can carry. */
const char *text_check_key(struct bytes text);

#endif
