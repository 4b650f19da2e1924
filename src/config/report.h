/* SPDX-License-Identifier: Apache-2.0
 *
 * report - tells what is wrong with a configuration, where, and what to write instead.
 *
 *   isthmus.yaml:4:10: timeouts.total: "10 minuts" is no duration
 *     total: 10 minuts
 *            ^
 *     write a number with a unit: 500ms, 30s, 10m, 1h
 *
 * Lines are shown with the values of secrets hidden (config/source_line.h), everything a user
 * wrote without what could move a terminal's cursor.
 *
 * Units    lines and columns count from 1, columns in characters.
 * Memory   messages go into the caller's buffer.
 * Threads  belongs to its owner.
 * Errors   problems are counted; `printer.status` keeps what the buffer refused.
 */
#ifndef CONFIG_REPORT_H
#define CONFIG_REPORT_H

#include "config/option.h"
#include "config/printer.h"

#define REPORT_LIMIT 20 /* problems told; what comes behind them is probably their consequence */

enum place_kind {
    PLACE_NONE, /* nowhere: a default */
    PLACE_FILE,
    PLACE_ARGUMENT,
};

struct place {
    enum place_kind kind;
    size_t line, column;
    struct bytes argument; /* "--timeouts.total" */
};

struct report {
    struct printer printer;
    const char *file_name;
    struct bytes file_text;
    const struct option *table; /* of the file */
    size_t problem_count;
};

/* A view made fit for a message: printable, at most 60 bytes. */
struct shown {
    char text[64];
};
struct shown show(struct bytes view);

/* One problem; `path` is the option's ("" if it has none). The remedy follows. */
void report_problem(struct report *report, const struct place *place, struct bytes path,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
void report_remedy(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Running out of memory is no problem of the user's text. */
void report_no_memory(struct report *report);
/* 0, -EINVAL if there were problems, -ENOMEM and the like. */
int report_status(const struct report *report);

#endif
