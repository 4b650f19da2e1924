/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/test.h"
#include "tests/unit/loop/suite/suite.h"

void suite_body_open(struct suite *suite)
{
    char *directory = strdup("/tmp/isthmus-test-XXXXXX");
    assert_non_null(mkdtemp(directory));
    suite->directory = suite->body = directory;
    assert_int_equal(loop_open(&suite->loop), 0);
    assert_int_equal(address_parse(BYTES("127.0.0.1:0"), &suite->place), 0);
}

void suite_body_close(struct suite *suite)
{
    loop_close(suite->loop);
    rmdir(suite->directory); /* a test removes what it made */
    free(suite->body);
}

void suite_body_drive(struct suite *suite)
{
    loop_run(suite->loop);
}

void suite_body_reached(struct suite *suite)
{
    loop_stop(suite->loop);
}
