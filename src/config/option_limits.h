/* SPDX-License-Identifier: Apache-2.0
 *
 * option_limits - what the ranges in option tables are written with.
 *
 * Units    milliseconds, bytes, nano-USD; of texts bytes.
 */
#ifndef CONFIG_OPTION_LIMITS_H
#define CONFIG_OPTION_LIMITS_H

#include <stdint.h>

#include "base/money.h"

#define SECOND UINT64_C(1000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

#define USD MONEY_NUSD_PER_USD

#define PATH_BYTES 4096
#define KEY_BYTES 4096
#define URL_BYTES 1024
#define MODEL_BYTES 256

#endif
