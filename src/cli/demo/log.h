/* SPDX-License-Identifier: Apache-2.0
 *
 * log - what an edge says of itself in its log lines, read back: which core answered whom,
 * and which core it keeps away from.
 *
 * Memory   texts are copied into the struct, cut where they are too long.
 * Threads  any.
 * Errors   DEMO_LOG_OTHER for whatever is none of the lines that matter here.
 */
#ifndef CLI_DEMO_LOG_H
#define CLI_DEMO_LOG_H

#include "base/bytes.h"

#define DEMO_LOG_TEXT_BYTES 64

enum demo_log_event { DEMO_LOG_OTHER, DEMO_LOG_EXCHANGE, DEMO_LOG_CORE_EJECTED };

struct demo_log_line {
    enum demo_log_event event;
    char id[DEMO_LOG_TEXT_BYTES]; /* of the request */
    char route[DEMO_LOG_TEXT_BYTES], core[DEMO_LOG_TEXT_BYTES];
    char error[DEMO_LOG_TEXT_BYTES]; /* its code; "": none */
    char why[DEMO_LOG_TEXT_BYTES];   /* with DEMO_LOG_CORE_EJECTED */
    unsigned status, attempts;
    uint64_t us; /* it took */
};

void demo_log_read(struct demo_log_line *ret_line, struct bytes line);

#endif
