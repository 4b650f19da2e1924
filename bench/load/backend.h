/* SPDX-License-Identifier: Apache-2.0
 *
 * backend - the engine behind the server under test, inside the load's own process: it sends the
 * very answers that the clients wait for, made beforehand, and compares every byte of the requests
 * that reach it.
 *
 * A real engine costs more than any proxy before it; on the one processor that load and engine
 * share it would leave the server under test idle, and the figure would be the cost of waking it.
 *
 * Plain answers come at once; a stream's events itl_ms apart. What is not one of the run's requests
 * is answered with 404, and is an error if it is a POST.
 *
 * Memory   the load's, from backend_open() to backend_close().
 * Threads  the load's loop.
 * Errors   -errno from opening; later ones are counted in load->errors.
 */
#ifndef BENCH_LOAD_BACKEND_H
#define BENCH_LOAD_BACKEND_H

#include "bench/load/load.h"

struct backend;

/* Listens where the settings say. */
int backend_open(struct backend **ret_backend, struct load *load);
void backend_close(struct backend *backend); /* NULL is left alone */

#endif
