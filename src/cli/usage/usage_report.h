/* SPDX-License-Identifier: Apache-2.0
 *
 * usage_report - rows of usage as a table for a person, as CSV, or as lines of JSON.
 *
 *   TENANT   KEY    REQUESTS  TOKENS IN  CACHED  TOKENS OUT   USD  SAVED
 *   default  alice        12        340       0         120  0.04   0.00
 *
 * Memory   the caller's printer; a table keeps its rows until it is printed.
 * Threads  belongs to its owner.
 * Errors   as the printer.
 */
#ifndef CLI_USAGE_USAGE_REPORT_H
#define CLI_USAGE_USAGE_REPORT_H

#include "cli/table.h"
#include "cli/usage/usage_request.h"

struct usage_report {
    struct printer out;
    enum usage_format format;
    unsigned by; /* of enum store_usage_by */
    struct table table;
    struct table_column columns[TABLE_COLUMNS];
    struct store_usage total;
    size_t row_count;
};

void usage_report_begin(struct usage_report *report, struct buffer *text, enum usage_format format,
                        unsigned by);
void usage_report_add(struct usage_report *report, const struct store_usage *usage);
void usage_report_end(struct usage_report *report);

#endif
