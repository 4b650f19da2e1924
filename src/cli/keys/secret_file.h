/* SPDX-License-Identifier: Apache-2.0
 *
 * secret_file - where the secret of one key comes from, and how it is shown: made, or out of the
 * file behind --key-file, so that it stands in no list of processes and in no shell's history.
 *
 * Memory   what is read is wiped.
 * Threads  belongs to its owner.
 * Errors   an exit status, after the message was printed.
 */
#ifndef CLI_KEYS_SECRET_FILE_H
#define CLI_KEYS_SECRET_FILE_H

#include "cli/keys/mint.h"
#include "cli/keys/request.h"

int secret_obtain(struct keys_request *request, struct minted *ret_minted);
/* On standard output, if it was made. */
int secret_show(const struct keys_request *request, const struct minted *minted);

#endif
