/* SPDX-License-Identifier: Apache-2.0
 *
 * step - what a step of a machine (exchange.h, call.h) may say to its driver.
 */
#ifndef EDGE_STEP_H
#define EDGE_STEP_H

enum step_result {
    STEP_GO,   /* the state says what runs next, now */
    STEP_WAIT, /* waits_for is not empty; an event in it posts an advance */
    STEP_END,  /* it is over and may be freed */
};

#endif
