/* SPDX-License-Identifier: Apache-2.0
 *
 * loading - a configuration from literal text, for tests: the file is named "f.yaml", and the
 * environment holds REGION=eu, EMPTY="", and KEY and US_KEY, both sk-from-the-environment.
 */
#ifndef TESTS_UNIT_CONFIG_LOADING_H
#define TESTS_UNIT_CONFIG_LOADING_H

#include "config/load.h"

struct loading {
    int status;
    struct edge_config *config; /* NULL unless status is 0 */
    struct buffer message;
};

/* text == NULL: no file; arguments end with NULL. */
struct loading load_bytes(struct bytes text, const char *const *arguments);
struct loading load_text(const char *text);
struct loading load_arguments(const char *text, const char *const *arguments);
void loading_clear(struct loading *loading);

/* A file and the whole of what is said of it. */
struct mistake {
    const char *text, *message;
};
/* Ended by one without a text. */
void expect_mistakes(const struct mistake *mistakes);

#define ARGUMENTS(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
