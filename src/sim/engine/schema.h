/* SPDX-License-Identifier: Apache-2.0
 *
 * schema - a JSON value that fits a JSON schema: what a model under a grammar would say.
 *
 * Knows type, const, enum, properties, items, anyOf, oneOf, allOf (the first), $ref to places in
 * the same schema, and the bounds of numbers, lengths and counts; "pattern" is not looked at.
 * Nested deeper than ENGINE_SCHEMA_DEPTH, or of no type that it knows, a value is null.
 *
 * Memory   reads the caller's document; writes to the caller's writer.
 * Threads  any.
 * Errors   the writer's.
 */
#ifndef SIM_ENGINE_SCHEMA_H
#define SIM_ENGINE_SCHEMA_H

#include <yyjson.h>

#include "sim/writer.h"

#define ENGINE_SCHEMA_DEPTH 16
#define ENGINE_SCHEMA_ITEMS 8     /* of an array, however many it must have at least */
#define ENGINE_SCHEMA_STRING 1024 /* characters, likewise */
#define ENGINE_SCHEMA_BYTES 65536 /* a value that is longer goes on with nulls */

/* NULL: any object. The same seed makes the same value. */
void engine_schema_write(yyjson_val *schema, uint64_t seed, struct writer *writer);

#endif
