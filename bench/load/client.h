/* SPDX-License-Identifier: Apache-2.0
 *
 * client - one connection that asks again and again, and checks each byte it gets.
 *
 * Plain and stream: the next request follows the answer, until the run's time is over. Idle: one
 * answer, then nothing. Slow: reads in small portions of its rate.
 *
 * Memory   owned by clients_open()'s caller through clients_close().
 * Errors   counted in load->errors, told once on standard error.
 */
#ifndef BENCH_LOAD_CLIENT_H
#define BENCH_LOAD_CLIENT_H

#include "bench/load/load.h"

struct client;

/* As many as the settings say; -errno if one cannot even begin. */
int clients_open(struct client **ret_clients, struct load *load);
void clients_close(struct client *clients, const struct load *load);

#endif
