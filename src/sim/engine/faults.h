/* SPDX-License-Identifier: Apache-2.0
 *
 * faults - which fault a request is hit by, and the faults as JSON.
 *
 * Units    requests per million.
 * Memory   values.
 * Errors   engine_faults_read(): -EINVAL with a sentence; engine_faults_write(): the buffer's.
 */
#ifndef SIM_ENGINE_FAULTS_H
#define SIM_ENGINE_FAULTS_H

#include "base/buffer.h"
#include "base/random.h"
#include "sim/engine/engine.h"

/* In the order of struct engine_faults. */
enum engine_fault {
    ENGINE_FAULT_NONE,
    ENGINE_FAULT_REFUSE,
    ENGINE_FAULT_DIE,
    ENGINE_FAULT_END,
    ENGINE_FAULT_STALL,
    ENGINE_FAULT_STALL_BEFORE_HEAD,
    ENGINE_FAULT_GARBAGE_HEAD,
    ENGINE_FAULT_GARBAGE_BODY,
    ENGINE_FAULT_ERROR_500,
    ENGINE_FAULT_ERROR_503,
    ENGINE_FAULT_ERROR_429,
    ENGINE_FAULT_ERROR_IN_BAND,
    ENGINE_FAULT_WRONG_LENGTH,
    ENGINE_FAULT_SURPLUS,
    ENGINE_FAULT_PAUSE,
    ENGINE_FAULT_SLOW, /* drawn apart */
};

/* The first fault whose draw hits, in the order of the struct. *ret_slow is drawn apart. */
enum engine_fault engine_faults_draw(const struct engine_faults *faults, struct random *random,
                                     bool *ret_slow);
/* Members that the object does not name keep their value. */
int engine_faults_read(struct engine_faults *faults, struct bytes json, const char **ret_why);
int engine_faults_write(const struct engine_faults *faults, struct buffer *out);

#endif
