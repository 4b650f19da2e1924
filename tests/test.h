/* SPDX-License-Identifier: Apache-2.0
 *
 * test - cmocka's headers in the order it needs them; unit tests include this one alone.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#endif
