/* SPDX-License-Identifier: Apache-2.0
 *
 * http_date - a moment as a Date field says it (IMF-fixdate, RFC 9110 section 5.6.7):
 * "Sun, 06 Nov 1994 08:49:37 GMT".
 *
 * By hand: gmtime_r() opens the zone file, and strftime() asks the locale.
 *
 * Units    seconds since 1970, up to the year 9999.
 * Threads  any.
 */
#ifndef HTTP_HTTP_DATE_H
#define HTTP_HTTP_DATE_H

#include <stdint.h>

#define HTTP_DATE_BYTES 29

/* No 0 byte follows. */
void http_date_write(char ret_text[HTTP_DATE_BYTES], uint64_t unix_s);

#endif
