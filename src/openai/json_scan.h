/* SPDX-License-Identifier: Apache-2.0
 *
 * json_scan - the characters of JSON: what a string and a number are made of (RFC 8259, sections 6
 * and 7). For json_reader.
 *
 * Threads  any.
 */
#ifndef OPENAI_JSON_SCAN_H
#define OPENAI_JSON_SCAN_H

#include "openai/json_reader.h"

/* Behind the characters that need no second look: printable ASCII but quotes and backslashes. */
const char *json_scan_plain(const char *at, const char *end);
/* Behind what stands between strings and brackets: numbers, words, commas, colons, spaces. */
const char *json_scan_inert(const char *at, const char *end);
/* Moves *at behind whatever else may stand in a string: characters beyond ASCII, or an escape; at a
 * fault it stays. */
enum json_fault json_scan_odd(const char **at, const char *end);
/* Behind a number; NULL: this is none. */
const char *json_scan_number(const char *at, const char *end);
/* Decodes the escape at the front of *text, which is known to be sound, and takes it off; returns
 * how many bytes it became, never more than it had. */
size_t json_scan_escape(struct bytes *text, char *ret_decoded);

#endif
