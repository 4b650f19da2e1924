/* SPDX-License-Identifier: Apache-2.0
 *
 * suite_body - what tests of the simulated body alone need beyond suite.h.
 */
#ifndef TESTS_UNIT_LOOP_SIM_SUITE_BODY_H
#define TESTS_UNIT_LOOP_SIM_SUITE_BODY_H

#include "loop/sim/world.h"
#include "tests/unit/loop/suite/suite.h"

struct world *suite_body_world(struct suite *suite);

#endif
