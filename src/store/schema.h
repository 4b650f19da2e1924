/* SPDX-License-Identifier: Apache-2.0
 *
 * schema - the tables, as a list of steps from each format to the next. PRAGMA user_version is the
 * number of steps done, application_id says that the file is ours.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/store_body.h"

/* Ours, or empty, and not newer than this program? Changes nothing. */
enum store_status schema_recognise(struct store *store);
/* Does the missing steps, all in one transaction. */
enum store_status schema_migrate(struct store *store);

#endif
