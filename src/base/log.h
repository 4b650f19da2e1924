/* SPDX-License-Identifier: Apache-2.0
 *
 * log - one event, one line of JSON, handed to a sink.
 *
 *   {"ts":"2026-01-31T23:59:59.123Z","level":"warn","node":"edge-1","event":"core_ejected",
 *    "core":"a","failures":3}
 *
 * Strings are escaped so that nothing a client sends can end a line or move a terminal's cursor:
 * control characters, DEL, U+2028/2029, bidi controls and invalid UTF-8 become \u escapes.
 *
 * Units    wall time in milliseconds since 1970.
 * Memory   a line is made on the stack, at most LOG_LINE_BYTES; what does not fit is cut with
 * "...". Threads  a struct log belongs to one loop; its sink may be shared and sees whole lines.
 * Errors   none: the sink drops and counts what it cannot take. It never blocks.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

#include "base/bytes.h"

#define LOG_LINE_BYTES 4096

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_OFF };

/* `line` ends with a newline. */
typedef void log_sink_fn(void *sink, struct bytes line);
typedef uint64_t log_clock_fn(void *clock);

struct log {
    enum log_level least;
    const char *node; /* name of this node; lives as long as the log */
    log_sink_fn *write;
    void *sink;
    log_clock_fn *wall_ms;
    void *clock;
};

enum log_kind { LOG_TEXT, LOG_NUMBER };

struct log_field {
    const char *name;
    enum log_kind kind;
    struct bytes text;
    int64_t number;
};

#define LOG_T(field, view) ((struct log_field){.name = (field), .kind = LOG_TEXT, .text = (view)})
#define LOG_N(field, value)                                                                        \
    ((struct log_field){.name = (field), .kind = LOG_NUMBER, .number = (int64_t)(value)})

/* A NULL log drops everything. */
void log_write(struct log *log, enum log_level level, const char *event,
               const struct log_field *fields, size_t field_count);

#define LOG_EVENT(log, level, event, ...)                                                          \
    log_write((log), (level), (event), (const struct log_field[]){__VA_ARGS__},                    \
              sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

bool log_level_read(struct bytes name, enum log_level *ret_level);

#endif
