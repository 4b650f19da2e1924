/* SPDX-License-Identifier: Apache-2.0
 *
 * metrics - the page /metrics in Prometheus' text format 0.0.4, under the names that vLLM
 * or SGLang give to the same facts, and a few of our own (sim:...) below them.
 *
 * Sources  vLLM vllm/v1/metrics/loggers.py, SGLang python/sglang/srt/metrics/collector.py.
 * Memory   writes to the caller's writer.
 * Threads  the engine's loop.
 */
#ifndef SIM_ENGINE_METRICS_H
#define SIM_ENGINE_METRICS_H

#include "sim/engine/load.h"
#include "sim/writer.h"

void engine_metrics_write(const struct engine *engine, const struct engine_load *load,
                          uint64_t wall_s, struct writer *writer);

#endif
