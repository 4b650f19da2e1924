/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/keys/welch.h"

#include <math.h>
#include <stdio.h>

#define TELLING_T 4.5

void welch_add(struct welch *welch, bool is_close, uint64_t took_ns)
{
    struct sample *sample = is_close ? &welch->close : &welch->other;
    double off = (double)took_ns - sample->mean;
    sample->count++;
    sample->mean += off / sample->count;
    sample->squares += off * ((double)took_ns - sample->mean);
}

/* The square of the standard error of the mean. */
static double error_of(const struct sample *sample)
{
    return sample->squares / (sample->count - 1) / sample->count;
}

static double t_of(const struct welch *welch)
{
    return (welch->close.mean - welch->other.mean) /
           sqrt(error_of(&welch->close) + error_of(&welch->other));
}

bool welch_tells(const struct welch *welch)
{
    return fabs(t_of(welch)) >= TELLING_T;
}

void welch_print(const struct welch *welch, const char *name)
{
    printf("timing %-8s %8.2f t    %.2f ns and %.2f ns, %.0f guesses\n", name, t_of(welch),
           welch->close.mean, welch->other.mean, welch->close.count + welch->other.count);
}
