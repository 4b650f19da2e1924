/* SPDX-License-Identifier: Apache-2.0
 *
 * flag - the command line of a tool: words, and options out of one table, which is also its help.
 *
 *   isthmus keys add alice --rpm 600 --label team=search --label env=prod
 *                    word  flag
 *
 * "--name value" and "--name=value"; dashes and underscores are alike. Behind "--" all are words.
 * All mistakes are told at once, each with its remedy.
 *
 * Memory   static tables; words and values are views of the arguments.
 * Threads  any.
 * Errors   into the message: its status, or problem_count.
 */
#ifndef CLI_FLAG_H
#define CLI_FLAG_H

#include "config/printer.h"

struct flag;

/* NULL: fine; otherwise what is wrong, to be read behind the value: "is no number". */
typedef const char *flag_read_fn(void *target, const struct flag *flag, struct bytes value);

struct flag {
    const char *name;  /* without its dashes */
    char letter;       /* behind one dash, the same; 0: none */
    const char *value; /* what stands behind it, such as "N"; NULL: nothing */
    const char *help;
    const char *remedy; /* for what `read` refuses */
    flag_read_fn *read;
    const void *row; /* what `read` wants to know of another table, or NULL */
    bool is_repeatable;
};

#define FLAG_LIMIT 32 /* in a table */
#define FLAG_WORDS 2  /* more are refused in any case */

struct flag_line {
    const char *command; /* "isthmus keys add" */
    const struct flag *flags;
    size_t flag_count;
    size_t word_limit; /* at most FLAG_WORDS */
    void *target;
    struct printer *message;
    const char *words[FLAG_WORDS];
    size_t word_count;
    size_t problem_count;
    uint32_t are_given; /* bit n: flag n was there */
};

/* False: there were problems. */
bool flag_line_read(struct flag_line *line, int argument_count, char **arguments);
/* The table, as --help has it. */
void flag_print_help(struct printer *page, const struct flag *flags, size_t count);

#endif
