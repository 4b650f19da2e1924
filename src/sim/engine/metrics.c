/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/metrics.h"

#include "sim/engine/connection.h"

#define NO_BOUND UINT64_MAX

/* How a number in struct engine_load becomes text. */
enum metric_kind { GAUGE, COUNTER, SHARE, SECONDS, TOKENS };

struct metric {
    const char *name, *old_name; /* old_name: in the "-old" dialect; NULL: the same */
    enum metric_kind kind;
    size_t offset;      /* in struct engine_load, or for histograms in struct gpu_histograms */
    const char *labels; /* more of them, each with a comma before it; NULL: none */
};

#define LOAD(member) offsetof(struct engine_load, member)
#define HISTOGRAM(member) offsetof(struct gpu_histograms, member)

static const struct metric vllm_metrics[] = {
    {"vllm:num_requests_running", NULL, GAUGE, LOAD(gauges.running), NULL},
    {"vllm:num_requests_waiting", NULL, GAUGE, LOAD(gauges.waiting), NULL},
    {"vllm:num_requests_waiting_by_reason", "", GAUGE, LOAD(gauges.waiting),
     ",reason=\"capacity\""},
    {"vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc", SHARE, LOAD(kv_use), NULL},
    {"vllm:num_preemptions_total", NULL, COUNTER, LOAD(gauges.preemptions), NULL},
    {"vllm:prompt_tokens_total", NULL, COUNTER, LOAD(gauges.prompt_tokens), NULL},
    {"vllm:generation_tokens_total", NULL, COUNTER, LOAD(gauges.answer_tokens), NULL},
    {"vllm:prefix_cache_queries_total", "vllm:gpu_prefix_cache_queries_total", COUNTER,
     LOAD(gauges.prefix_query_tokens), NULL},
    {"vllm:prefix_cache_hits_total", "vllm:gpu_prefix_cache_hits_total", COUNTER,
     LOAD(gauges.prefix_hit_tokens), NULL},
    {"vllm:request_success_total", NULL, COUNTER, LOAD(stopped), ",finished_reason=\"stop\""},
    {"vllm:request_success_total", NULL, COUNTER, LOAD(cut), ",finished_reason=\"length\""},
    {"vllm:request_success_total", NULL, COUNTER, LOAD(gauges.cancelled),
     ",finished_reason=\"abort\""},
    {"vllm:time_to_first_token_seconds", NULL, SECONDS, HISTOGRAM(ttft), NULL},
    {"vllm:inter_token_latency_seconds", "vllm:time_per_output_token_seconds", SECONDS,
     HISTOGRAM(itl), NULL},
    {"vllm:request_queue_time_seconds", NULL, SECONDS, HISTOGRAM(queue), NULL},
    {"vllm:request_prefill_time_seconds", NULL, SECONDS, HISTOGRAM(prefill), NULL},
    {"vllm:request_decode_time_seconds", NULL, SECONDS, HISTOGRAM(decode), NULL},
    {"vllm:e2e_request_latency_seconds", NULL, SECONDS, HISTOGRAM(whole), NULL},
    {"vllm:iteration_tokens_total", NULL, TOKENS, HISTOGRAM(step_tokens), NULL},
    {0},
};

static const struct metric sglang_metrics[] = {
    {"sglang:num_running_reqs", NULL, GAUGE, LOAD(gauges.running), NULL},
    {"sglang:num_queue_reqs", NULL, GAUGE, LOAD(gauges.waiting), NULL},
    {"sglang:token_usage", NULL, SHARE, LOAD(kv_use), NULL},
    {"sglang:num_used_tokens", NULL, GAUGE, LOAD(kv_used_tokens), NULL},
    {"sglang:max_total_num_tokens", NULL, GAUGE, LOAD(kv_tokens), NULL},
    {"sglang:cache_hit_rate", NULL, SHARE, LOAD(hit_rate), NULL},
    {"sglang:gen_throughput", NULL, SHARE, LOAD(tokens_per_s), NULL},
    {"sglang:prompt_tokens_total", NULL, COUNTER, LOAD(gauges.prompt_tokens), NULL},
    {"sglang:generation_tokens_total", NULL, COUNTER, LOAD(gauges.answer_tokens), NULL},
    {"sglang:cached_tokens_total", NULL, COUNTER, LOAD(gauges.prefix_hit_tokens), NULL},
    {"sglang:num_requests_total", NULL, COUNTER, LOAD(gauges.finished), NULL},
    {"sglang:num_aborted_requests_total", NULL, COUNTER, LOAD(gauges.cancelled), NULL},
    {"sglang:num_retracted_requests_total", "", COUNTER, LOAD(gauges.preemptions), NULL},
    {"sglang:time_to_first_token_seconds", NULL, SECONDS, HISTOGRAM(ttft), NULL},
    {"sglang:inter_token_latency_seconds", "sglang:time_per_output_token_seconds", SECONDS,
     HISTOGRAM(itl), NULL},
    {"sglang:queue_time_seconds", "", SECONDS, HISTOGRAM(queue), NULL},
    {"sglang:e2e_request_latency_seconds", NULL, SECONDS, HISTOGRAM(whole), NULL},
    {0},
};

/* What all lines of a page share. */
struct page {
    const struct engine *engine;
    const struct engine_load *load;
    struct writer *writer;
    bool writes_floats;    /* as Python's client does: 3.0 */
    const char *last_name; /* a metric's type is told once, whatever labels it comes with */
};

static void labels_write(const struct page *page, const struct metric *metric)
{
    bool is_sglang = page->engine->dialect->family == ENGINE_SGLANG;

    writer_text(page->writer,
                is_sglang ? "{engine_type=\"unified\",model_name=\"" : "{model_name=\"");
    writer_escaped(page->writer, bytes_from_cstr(page->engine->models[0]));
    writer_text(page->writer, is_sglang ? "\",pp_rank=\"0\",tp_rank=\"0\"" : "\"");
    if (!is_sglang && page->writes_floats)
        writer_text(page->writer, ",engine=\"0\"");
    if (metric && metric->labels)
        writer_text(page->writer, metric->labels);
}

static void number_write(const struct page *page, uint64_t number)
{
    writer_format(page->writer, page->writes_floats ? "} %llu.0\n" : "} %llu\n",
                  (unsigned long long)number);
}

static void single_write(const struct page *page, const struct metric *metric, const char *name)
{
    const char *at = (const char *)page->load + metric->offset;
    uint64_t number;
    double value;

    writer_text(page->writer, name);
    labels_write(page, metric);
    if (metric->kind == SHARE) {
        memcpy(&value, at, sizeof value);
        writer_format(page->writer, "} %.6g\n", value);
        return;
    }
    memcpy(&number, at, sizeof number);
    number_write(page, number);
}

/* Times are nanoseconds here and seconds there. */
static double scaled(const struct metric *metric, uint64_t value)
{
    return metric->kind == SECONDS ? (double)value / (double)NS_PER_S : (double)value;
}

static void bucket_write(const struct page *page, const struct metric *metric, const char *name,
                         uint64_t bound, uint64_t count)
{
    writer_format(page->writer, "%s_bucket", name);
    labels_write(page, metric);
    if (bound == NO_BOUND)
        writer_text(page->writer, ",le=\"+Inf\"");
    else
        writer_format(page->writer, ",le=\"%.6g\"", scaled(metric, bound));
    number_write(page, count);
}

static void histogram_write(const struct page *page, const struct metric *metric, const char *name)
{
    const struct histogram *histogram =
        (const struct histogram *)(const void *)((const char *)page->load->histograms +
                                                 metric->offset);
    uint64_t below = 0;

    for (size_t i = 0; histogram->bounds && histogram->bounds[i] != NO_BOUND; i++) {
        below += histogram->counts[i];
        bucket_write(page, metric, name, histogram->bounds[i], below);
    }
    bucket_write(page, metric, name, NO_BOUND, histogram->count);
    writer_format(page->writer, "%s_sum", name);
    labels_write(page, metric);
    writer_format(page->writer, "} %.9g\n", scaled(metric, histogram->sum));
    writer_format(page->writer, "%s_count", name);
    labels_write(page, metric);
    number_write(page, histogram->count);
}

static void metric_write(struct page *page, const struct metric *metric)
{
    static const char *const types[] = {[GAUGE] = "gauge",
                                        [COUNTER] = "counter",
                                        [SHARE] = "gauge",
                                        [SECONDS] = "histogram",
                                        [TOKENS] = "histogram"};
    bool is_old = page->engine->dialect->is_old && metric->old_name;
    const char *name = is_old ? metric->old_name : metric->name;

    if (!*name)
        return; /* the old engines had nothing like it */
    if (!page->last_name || strcmp(page->last_name, name) != 0)
        writer_format(page->writer, "# TYPE %s %s\n", name, types[metric->kind]);
    page->last_name = name;
    if (metric->kind == SECONDS || metric->kind == TOKENS)
        histogram_write(page, metric, name);
    else
        single_write(page, metric, name);
}

static void cache_config_write(const struct page *page)
{
    const struct engine_load *load = page->load;
    unsigned long long tokens = load->block_tokens, blocks = load->gauges.kv_blocks;

    if (page->engine->dialect->family == ENGINE_SGLANG)
        writer_format(page->writer,
                      "# TYPE sglang:cache_config_info gauge\n"
                      "sglang:cache_config_info{num_pages=\"%llu\",page_size=\"%llu\"} 1.0\n",
                      blocks, tokens);
    else
        writer_format(page->writer,
                      "# TYPE vllm:cache_config_info gauge\n"
                      "vllm:cache_config_info{block_size=\"%llu\",cache_dtype=\"auto\","
                      "enable_prefix_caching=\"True\",engine=\"0\",num_gpu_blocks=\"%llu\"} 1.0\n",
                      tokens, blocks);
}

/* The adapters, with commas between them, that some answer is doing this with. */
static void adapters_write(const struct page *page, enum engine_activity activity)
{
    const struct engine *engine = page->engine;
    bool is_first = true;

    for (size_t i = 0; i < engine->lora_count; i++) {
        const char *name = engine->models[engine->model_count + i];
        bool is_active = false;
        LIST_EACH(link, &engine->connections)
        is_active |= engine_connection_activity(link, name) == activity;
        if (!is_active)
            continue;
        writer_text(page->writer, is_first ? "" : ",");
        writer_escaped(page->writer, bytes_from_cstr(name));
        is_first = false;
    }
}

/* Its value is a time; its facts are the labels. */
static void lora_write(const struct page *page, uint64_t wall_s)
{
    const struct engine *engine = page->engine;

    if (engine->lora_count == 0 || engine->dialect->family == ENGINE_SGLANG)
        return;
    writer_format(page->writer,
                  "# TYPE vllm:lora_requests_info gauge\n"
                  "vllm:lora_requests_info{max_lora=\"%zu\",running_lora_adapters=\"",
                  engine->lora_count);
    adapters_write(page, ENGINE_RUNNING);
    writer_text(page->writer, "\",waiting_lora_adapters=\"");
    adapters_write(page, ENGINE_WAITING);
    writer_format(page->writer, "\"} %llu.0\n", (unsigned long long)wall_s);
}

static void own_write(const struct page *page)
{
    const struct engine_counts *counts = &page->engine->counts;
    const struct {
        const char *name, *type;
        uint64_t value;
    } own[] = {
        {"sim:requests_running", "gauge", page->load->gauges.running},
        {"sim:requests_waiting", "gauge", page->load->gauges.waiting},
        {"sim:requests_completed_total", "counter", counts->completed},
        {"sim:requests_cancelled_total", "counter", counts->cancelled},
        {"sim:connections", "gauge", counts->connections},
    };

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        writer_format(page->writer, "# TYPE %s %s\n%s", own[i].name, own[i].type, own[i].name);
        labels_write(page, NULL);
        number_write(page, own[i].value);
    }
}

void engine_metrics_write(const struct engine *engine, const struct engine_load *load,
                          uint64_t wall_s, struct writer *writer)
{
    struct page page = {engine, load, writer, engine->dialect->family != ENGINE_OPENAI, NULL};
    const struct metric *metrics =
        engine->dialect->family == ENGINE_SGLANG ? sglang_metrics : vllm_metrics;

    for (const struct metric *metric = metrics; metric->name; metric++)
        metric_write(&page, metric);
    cache_config_write(&page);
    lora_write(&page, wall_s);
    own_write(&page);
}
