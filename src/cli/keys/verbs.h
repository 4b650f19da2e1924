/* SPDX-License-Identifier: Apache-2.0
 *
 * verbs - the subcommands of `isthmus keys`, each in the file of its name. The request's store is
 * open; each returns the exit status.
 */
#ifndef CLI_KEYS_VERBS_H
#define CLI_KEYS_VERBS_H

#include "cli/keys/request.h"

int keys_add(struct keys_request *request);
int keys_list(struct keys_request *request);
int keys_show(struct keys_request *request);
int keys_set(struct keys_request *request);
int keys_revoke(struct keys_request *request);
int keys_rotate(struct keys_request *request);
int keys_import(struct keys_request *request);
int keys_export(struct keys_request *request);

#endif
