/* SPDX-License-Identifier: Apache-2.0
 *
 * usage_request - what a command line of `isthmus usage` asks for.
 *
 * Units    days since 1970, UTC.
 * Memory   the caller embeds the struct; texts are views of the arguments.
 * Threads  belongs to its owner.
 * Errors   into the message.
 */
#ifndef CLI_USAGE_USAGE_REQUEST_H
#define CLI_USAGE_USAGE_REQUEST_H

#include "cli/keys/desk.h"
#include "store/store_usage.h"

enum usage_format { USAGE_TABLE, USAGE_CSV, USAGE_JSON };

/* The desk comes first: its flags find it there. */
struct usage_request {
    struct desk desk;
    struct store_report report;
    enum usage_format format;
    bool has_format;
};

/* Of this month, by tenant and key, unless something else is said. */
void usage_request_init(struct usage_request *request, uint32_t today);
/* False: there were problems. */
bool usage_request_read(struct usage_request *request, int argument_count, char **arguments,
                        struct printer *message);
void usage_request_help(struct printer *page);

#endif
