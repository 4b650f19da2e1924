/* SPDX-License-Identifier: Apache-2.0
 *
 * keys - `isthmus keys`: who may use an edge, and how much.
 *
 * It works on the store in the edge's data directory, whether the edge is running or not: a running
 * one sees the change within a second. Secrets are printed once, on standard output, and nothing
 * else is printed there by what makes them.
 */
#ifndef CLI_KEYS_KEYS_H
#define CLI_KEYS_KEYS_H

int keys_command(int argument_count, char **arguments);

#endif
