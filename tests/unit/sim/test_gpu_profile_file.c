/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/gpu/gpu.h"
#include "sim/gpu/profile_file.h"

struct loaded {
    struct gpu_profile_file file;
    struct buffer message;
    int status;
};

static struct loaded load(const char *text)
{
    struct loaded loaded = {0};
    struct config_input input = {.file_name = "gpus.yaml", .file_text = bytes_from_cstr(text)};
    loaded.status = config_load_table(&loaded.file, &gpu_profile_table, &input, &loaded.file.memory,
                                      &loaded.message);
    return loaded;
}

static void loaded_clear(struct loaded *loaded)
{
    gpu_profile_file_clear(&loaded->file);
    buffer_clear(&loaded->message);
}

static void a_profile_says_what_differs(void **state)
{
    (void)state;
    struct loaded loaded = load("profiles:\n"
                                "  mine: {floor_ns: 7000000, noise_percent: 0}\n"
                                "  other:\n"
                                "    max_num_seqs: 3\n");

    assert_int_equal(loaded.status, 0);
    assert_int_equal(loaded.file.count, 2);
    const struct gpu_profile *mine = gpu_profile_file_find(&loaded.file, BYTES("mine"));
    assert_string_equal(mine->name, "mine");
    assert_int_equal(mine->law.floor_ns, 7000000);
    assert_int_equal(mine->noise_percent, 0);
    assert_int_equal(mine->max_num_seqs, 2048);
    assert_int_equal(gpu_profile_file_find(&loaded.file, BYTES("other"))->max_num_seqs, 3);
    assert_null(gpu_profile_file_find(&loaded.file, BYTES("third")));
    loaded_clear(&loaded);
}

static void what_is_left_out_is_as_in_h100_8b(void **state)
{
    (void)state;
    struct loaded loaded = load("profiles:\n  same: {floor_ns: 5000000}\n");
    assert_int_equal(loaded.status, 0);
    struct gpu_profile same = loaded.file.profiles[0];
    const struct gpu_profile *model = gpu_profile_find(BYTES("h100-8b"));

    same.name = model->name;
    assert_memory_equal(&same, model, sizeof same);
    loaded_clear(&loaded);
}

static void the_extremes_of_all_options_can_run(void **state)
{
    (void)state;
    struct loaded loaded = load("profiles:\n"
                                "  least: {kv_tokens: 4096, block_tokens: 4096, step_tokens: 1,\n"
                                "          max_num_seqs: 65536, floor_ns: 1, base_ns: 1}\n"
                                "  most: {kv_tokens: 67108864, block_tokens: 1,\n"
                                "         noise_percent: 99}\n");

    assert_int_equal(loaded.status, 0);
    for (size_t i = 0; i < loaded.file.count; i++) {
        struct gpu_options options = {.profile = &loaded.file.profiles[i]};
        struct gpu_sequence sequence = {.prompt_tokens = 100, .answer_tokens = 2};
        struct gpu *gpu = NULL;
        assert_int_equal(gpu_open(&gpu, &options), 0);
        assert_int_equal(gpu_submit(gpu, &sequence, 0), GPU_TAKEN);
        while (gpu_due_ns(gpu) != GPU_NEVER) {
            gpu_step(gpu);
            gpu_pop(gpu);
        }
        assert_int_equal(sequence.state, GPU_FINISHED);
        gpu_close(gpu);
    }
    loaded_clear(&loaded);
}

static void a_mistake_is_shown_where_it_stands(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"profiles:\n  mine:\n    kv_tokens: many\n",
         "gpus.yaml:3:16: profiles.mine.kv_tokens: \"many\" is no number\n"
         "  kv_tokens: many\n"
         "             ^\n"
         "  write digits only\n"},
        {"profiles:\n  mine:\n    block_tokens: 0\n", "write 1 to 4096"},
        {"profiles:\n  mine:\n    floors_ns: 1\n", "did you mean floor_ns?"},
        {"profiles:\n  mine: 5\n", "write its options below it, indented"},
        {"profiles: [mine]\n", "write the name of a profile below it"},
        {"profiles:\n  a b: {floor_ns: 1}\n", "letters, digits, dots, dashes or underscores"},
        {"nothing_of_that: 1\n", "all options: docs/engine-model.md"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct loaded loaded = load(rows[i].text);
        assert_int_equal(loaded.status, -EINVAL);
        struct bytes message = buffer_bytes(&loaded.message);
        if (bytes_find(message, bytes_from_cstr(rows[i].says)) < 0)
            fail_msg("%.*s", (int)message.length, message.at);
        loaded_clear(&loaded);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_says_what_differs),
        cmocka_unit_test(what_is_left_out_is_as_in_h100_8b),
        cmocka_unit_test(the_extremes_of_all_options_can_run),
        cmocka_unit_test(a_mistake_is_shown_where_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
