/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/loop/suite/suite.h"

#define PATH_BYTES 200

static const char *path_of(const struct suite *suite, const char *name, char ret_path[PATH_BYTES])
{
    snprintf(ret_path, PATH_BYTES, "%s/%s", suite->directory, name);
    return ret_path;
}

static void make_file(struct suite *suite, const char *path, struct bytes content)
{
    struct file *file = NULL;
    assert_int_equal(file_open(&file, suite->loop, path, FILE_CREATE), 0);
    assert_int_equal(file_write(file, 0, content), content.length);
    file_close(file);
}

static void what_was_written_is_read_back(void **state)
{
    struct suite *suite = *state;
    struct file *file = NULL;
    char path[PATH_BYTES], bytes[16] = "";
    uint64_t size = 0;

    assert_int_equal(file_open(&file, suite->loop, path_of(suite, "a", path), FILE_WRITE), 0);
    assert_int_equal(file_write(file, 0, BYTES("hello")), 5);
    assert_int_equal(file_write(file, 5, BYTES(" world")), 6);
    assert_int_equal(file_sync(file), 0);
    assert_int_equal(file_size(file, &size), 0);
    assert_int_equal(size, 11);
    assert_int_equal(file_read(file, 6, bytes, sizeof bytes), 5);
    assert_memory_equal(bytes, "world", 5);
    assert_int_equal(file_read(file, 11, bytes, sizeof bytes), 0);
    file_close(file);
    assert_int_equal(file_remove(suite->loop, path), 0);
}

static void truncating_shortens(void **state)
{
    struct suite *suite = *state;
    struct file *file = NULL;
    char path[PATH_BYTES], bytes[16];

    make_file(suite, path_of(suite, "a", path), BYTES("hello"));
    assert_int_equal(file_open(&file, suite->loop, path, FILE_WRITE), 0);
    assert_int_equal(file_truncate(file, 2), 0);
    assert_int_equal(file_read(file, 0, bytes, sizeof bytes), 2);
    file_close(file);
    file_remove(suite->loop, path);
}

static void the_mode_says_whether_a_file_must_exist(void **state)
{
    struct suite *suite = *state;
    struct file *file = NULL;
    char path[PATH_BYTES];

    path_of(suite, "a", path);
    assert_int_equal(file_open(&file, suite->loop, path, FILE_READ), -ENOENT);
    make_file(suite, path, BYTES("x"));
    assert_int_equal(file_open(&file, suite->loop, path, FILE_CREATE), -EEXIST);
    assert_int_equal(file_open(&file, suite->loop, path, FILE_WRITE), 0);
    file_close(file);
    assert_int_equal(file_remove(suite->loop, path), 0);
    assert_int_equal(file_remove(suite->loop, path), -ENOENT);
}

static void a_rename_replaces_its_target(void **state)
{
    struct suite *suite = *state;
    struct buffer buffer;
    char from[PATH_BYTES], to[PATH_BYTES];

    make_file(suite, path_of(suite, "from", from), BYTES("new"));
    make_file(suite, path_of(suite, "to", to), BYTES("old"));
    assert_int_equal(file_rename(suite->loop, from, to), 0);
    assert_int_equal(file_sync_directory(suite->loop, suite->directory), 0);

    buffer_init(&buffer, 0, NULL);
    assert_int_equal(file_read_whole(suite->loop, to, 3, &buffer), 0);
    assert_true(bytes_equal(buffer_bytes(&buffer), BYTES("new")));
    buffer_clear(&buffer);
    assert_int_equal(file_remove(suite->loop, from), -ENOENT);
    file_remove(suite->loop, to);
}

static void a_file_larger_than_the_limit_is_refused(void **state)
{
    struct suite *suite = *state;
    struct buffer buffer;
    char path[PATH_BYTES];

    make_file(suite, path_of(suite, "a", path), BYTES("12345"));
    buffer_init(&buffer, 0, NULL);
    assert_int_equal(file_read_whole(suite->loop, path, 4, &buffer), -EFBIG);
    assert_int_equal(file_read_whole(suite->loop, "/no/such/file", 4, &buffer), -ENOENT);
    buffer_clear(&buffer);
    file_remove(suite->loop, path);
}

static void a_lock_is_held_until_the_file_is_closed(void **state)
{
    struct suite *suite = *state;
    struct file *holder = NULL, *other = NULL;
    char path[PATH_BYTES];

    make_file(suite, path_of(suite, "lock", path), BYTES(""));
    assert_int_equal(file_open(&holder, suite->loop, path, FILE_WRITE), 0);
    assert_int_equal(file_open(&other, suite->loop, path, FILE_WRITE), 0);
    assert_int_equal(file_lock(holder), 0);
    assert_int_equal(file_lock(other), -EWOULDBLOCK);
    file_close(holder);
    assert_int_equal(file_lock(other), 0);
    file_close(other);
    file_remove(suite->loop, path);
}

static void a_directory_that_exists_is_fine(void **state)
{
    struct suite *suite = *state;
    char path[PATH_BYTES];

    assert_int_equal(file_make_directory(suite->loop, suite->directory), 0);
    make_file(suite, path_of(suite, "a", path), BYTES(""));
    assert_true(file_make_directory(suite->loop, path) < 0);
    file_remove(suite->loop, path);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_open, suite_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_was_written_is_read_back),
        CASE(truncating_shortens),
        CASE(the_mode_says_whether_a_file_must_exist),
        CASE(a_rename_replaces_its_target),
        CASE(a_file_larger_than_the_limit_is_refused),
        CASE(a_lock_is_held_until_the_file_is_closed),
        CASE(a_directory_that_exists_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
