/* SPDX-License-Identifier: Apache-2.0
 *
 * alert_message - what is posted for an alert, and how it is signed.
 *
 * Memory   into the caller's buffers.
 * Threads  any.
 * Errors   -ENOMEM, -ENOBUFS.
 */
#ifndef EDGE_LEDGER_ALERT_MESSAGE_H
#define EDGE_LEDGER_ALERT_MESSAGE_H

#include "base/buffer.h"
#include "base/secret.h"
#include "edge/ledger/alert.h"

/* {"type":"budget.threshold","timestamp":...,"data":{...}} */
int alert_message_write(struct buffer *body, const struct alert *alert, const char *node);
/* The same for the same account, period and threshold. */
int alert_message_name(struct buffer *id, const struct limit_notice *notice);

struct alert_envelope {
    struct bytes id, timestamp, body;
};
/* "v1,..."; a secret that begins with "whsec_" is base64, any other is taken as it is. */
int alert_message_sign(struct buffer *signature, const struct secret *secret,
                       const struct alert_envelope *envelope);

#endif
