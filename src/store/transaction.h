/* SPDX-License-Identifier: Apache-2.0
 *
 * transaction - one function's change, or its reading of one moment: a transaction of its own, or
 * a step of what store_begin() has begun.
 *
 *     enum store_status status = transaction_begin_change(store);
 *     if (status == STORE_OK)
 *         status = transaction_end(store, change_it(store));
 */
#ifndef STORE_TRANSACTION_H
#define STORE_TRANSACTION_H

#include "store/store_body.h"

/* STORE_NOT_FOUND if there is another file at the path by now, or none. */
enum store_status transaction_check_place(struct store *store);

enum store_status transaction_begin_change(struct store *store);
enum store_status transaction_begin_read(struct store *store);
/* Commits what ended well and undoes the rest; returns `status`, or why the commit failed. */
enum store_status transaction_end(struct store *store, enum store_status status);

#endif
