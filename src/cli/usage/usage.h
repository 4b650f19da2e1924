/* SPDX-License-Identifier: Apache-2.0
 *
 * usage - `isthmus usage`: requests, tokens and money, by tenant, key, model and day, out of the
 * store in the edge's data directory.
 */
#ifndef CLI_USAGE_USAGE_H
#define CLI_USAGE_USAGE_H

int usage_command(int argument_count, char **arguments);

#endif
