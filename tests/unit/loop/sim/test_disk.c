/* SPDX-License-Identifier: Apache-2.0
 *
 * What a simulated disk keeps and loses, and what its faults look like.
 */
#include <errno.h>

#include "loop/file.h"
#include "loop/job.h"
#include "tests/test.h"
#include "tests/unit/loop/sim/pair.h"

#define SECTOR 512

struct machine {
    struct world *world;
    struct world_node *node;
    struct loop *loop;
};

static void machine_boot(struct machine *machine)
{
    assert_int_equal(world_node_open(&machine->node, machine->world, "disk", "10.0.0.1"), 0);
    machine->loop = world_node_loop(machine->node);
}

static void machine_open(struct machine *machine, uint64_t seed)
{
    assert_int_equal(world_open(&machine->world, seed), 0);
    machine_boot(machine);
}

static void machine_crash(struct machine *machine, bool power_loss)
{
    world_node_kill(machine->node, power_loss);
    assert_nothing_is_held(machine->node);
    world_node_close(machine->node);
    machine_boot(machine);
}

static void machine_close(struct machine *machine)
{
    assert_nothing_is_held(machine->node);
    world_node_close(machine->node);
    world_close(machine->world);
}

static struct file *open_file(struct machine *machine, const char *path)
{
    struct file *file = NULL;
    assert_int_equal(file_open(&file, machine->loop, path, FILE_WRITE), 0);
    return file;
}

/* Whole sectors of one letter each. */
static void write_sectors(struct file *file, char letter, size_t count)
{
    char sector[SECTOR];
    memset(sector, letter, sizeof sector);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(file_write(file, i * SECTOR, bytes_of(sector, SECTOR)), SECTOR);
}

static bool exists(struct machine *machine, const char *path)
{
    struct file *file = NULL;
    int r = file_open(&file, machine->loop, path, FILE_READ);
    file_close(r == 0 ? file : NULL);
    return r == 0;
}

static void make_durable(struct machine *machine, struct file *file)
{
    assert_int_equal(file_sync(file), 0);
    assert_int_equal(file_sync_directory(machine->loop, "."), 0);
}

static void a_killed_process_loses_nothing_it_wrote(void **state)
{
    struct machine machine;
    uint64_t size = 0;
    machine_open(&machine, 1);
    struct file *file = open_file(&machine, "log");
    write_sectors(file, 'a', 4);
    file_close(file);
    machine_crash(&machine, false);
    file = open_file(&machine, "log");
    assert_int_equal(file_size(file, &size), 0);
    assert_int_equal(size, 4 * SECTOR);
    file_close(file);
    machine_close(&machine);
}

static void what_was_synced_survives_a_power_loss(void **state)
{
    for (uint64_t seed = 0; seed < 16; seed++) {
        struct machine machine;
        char bytes[4 * SECTOR];
        machine_open(&machine, seed);
        struct file *file = open_file(&machine, "log");
        write_sectors(file, 'a', 4);
        make_durable(&machine, file);
        file_close(file);
        machine_crash(&machine, true);
        file = open_file(&machine, "log");
        assert_int_equal(file_read(file, 0, bytes, sizeof bytes), sizeof bytes);
        for (size_t i = 0; i < sizeof bytes; i++)
            assert_int_equal(bytes[i], 'a');
        file_close(file);
        machine_close(&machine);
    }
}

static void of_unsynced_sectors_any_may_be_lost(void **state)
{
    unsigned old = 0, fresh = 0, mixed = 0;
    for (uint64_t seed = 0; seed < 16; seed++) {
        struct machine machine;
        char bytes[4 * SECTOR];
        machine_open(&machine, seed);
        struct file *file = open_file(&machine, "log");
        write_sectors(file, 'a', 4);
        make_durable(&machine, file);
        write_sectors(file, 'b', 4);
        file_close(file);
        machine_crash(&machine, true);
        file = open_file(&machine, "log");
        assert_int_equal(file_read(file, 0, bytes, sizeof bytes), sizeof bytes);
        unsigned kept = 0;
        for (size_t i = 0; i < 4; i++)
            kept += bytes[i * SECTOR] == 'b' && bytes[i * SECTOR + SECTOR - 1] == 'b';
        old += 4 - kept;
        fresh += kept;
        mixed += kept > 0 && kept < 4;
        file_close(file);
        machine_close(&machine);
    }
    assert_true(old > 0 && fresh > 0 && mixed > 0);
}

static void a_new_name_needs_its_directory_synced(void **state)
{
    unsigned lost = 0;
    for (uint64_t seed = 0; seed < 16; seed++) {
        struct machine machine;
        machine_open(&machine, seed);
        struct file *file = open_file(&machine, "log");
        write_sectors(file, 'a', 1);
        assert_int_equal(file_sync(file), 0);
        file_close(file);
        machine_crash(&machine, true);
        lost += !exists(&machine, "log");
        machine_close(&machine);
    }
    assert_true(lost > 0 && lost < 16);
}

static void a_rename_happens_wholly_or_not_at_all(void **state)
{
    unsigned renamed = 0;
    for (uint64_t seed = 0; seed < 16; seed++) {
        struct machine machine;
        machine_open(&machine, seed);
        struct file *file = open_file(&machine, "new");
        make_durable(&machine, file);
        file_close(file);
        assert_int_equal(file_rename(machine.loop, "new", "log"), 0);
        assert_true(exists(&machine, "log") && !exists(&machine, "new"));
        machine_crash(&machine, true);
        assert_true(exists(&machine, "log") != exists(&machine, "new"));
        renamed += exists(&machine, "log");
        machine_close(&machine);
    }
    assert_true(renamed > 0 && renamed < 16);
}

static void a_rename_is_durable_after_its_directory_is_synced(void **state)
{
    for (uint64_t seed = 0; seed < 16; seed++) {
        struct machine machine;
        machine_open(&machine, seed);
        assert_int_equal(file_make_directory(machine.loop, "data"), 0);
        assert_int_equal(file_sync_directory(machine.loop, "."), 0);
        file_close(open_file(&machine, "data/new"));
        assert_int_equal(file_rename(machine.loop, "data/new", "data/log"), 0);
        assert_int_equal(file_sync_directory(machine.loop, "data"), 0);
        machine_crash(&machine, true);
        assert_true(exists(&machine, "data/log"));
        machine_close(&machine);
    }
}

static void a_file_needs_its_directory(void **state)
{
    struct machine machine;
    struct file *file = NULL;
    machine_open(&machine, 1);
    assert_int_equal(file_open(&file, machine.loop, "no/file", FILE_WRITE), -ENOENT);
    assert_int_equal(file_sync_directory(machine.loop, "no"), -ENOENT);
    machine_close(&machine);
}

static void after_a_failed_sync_the_data_never_become_durable(void **state)
{
    for (uint64_t seed = 0; seed < 8; seed++) {
        struct machine machine;
        char byte = 0;
        machine_open(&machine, seed);
        struct file *file = open_file(&machine, "log");
        write_sectors(file, 'a', 1);
        make_durable(&machine, file);
        write_sectors(file, 'b', 1);
        world_fault_set(machine.world, FAULT_DISK_ERROR, ALWAYS);
        assert_int_equal(file_sync(file), -EIO);
        world_faults_stop(machine.world);
        assert_int_equal(file_sync(file), 0); /* as Linux answers the second time */
        assert_int_equal(file_read(file, 0, &byte, 1), 1);
        assert_int_equal(byte, 'b');
        file_close(file);
        machine_crash(&machine, true);
        file = open_file(&machine, "log");
        assert_int_equal(file_read(file, 0, &byte, 1), 1);
        assert_int_equal(byte, 'a');
        file_close(file);
        machine_close(&machine);
    }
}

static void disk_errors_reach_every_operation(void **state)
{
    struct machine machine;
    char byte;
    machine_open(&machine, 1);
    struct file *file = open_file(&machine, "log");
    world_fault_set(machine.world, FAULT_DISK_ERROR, ALWAYS);
    assert_int_equal(file_write(file, 0, BYTES("x")), -EIO);
    assert_int_equal(file_read(file, 0, &byte, 1), -EIO);
    assert_int_equal(file_truncate(file, 0), -EIO);
    assert_int_equal(file_rename(machine.loop, "log", "other"), -EIO);
    assert_int_equal(file_remove(machine.loop, "log"), -EIO);
    assert_int_equal(file_sync_directory(machine.loop, "."), -EIO);
    assert_int_equal(world_fault_count(machine.world, FAULT_DISK_ERROR), 6);
    file_close(file);
    machine_close(&machine);
}

static void a_full_disk_takes_a_part_or_nothing_and_still_overwrites(void **state)
{
    struct machine machine;
    machine_open(&machine, 1);
    struct file *file = open_file(&machine, "log");
    world_node_limit_disk(machine.node, 100);
    assert_int_equal(file_write(file, 0, BYTES("0123456789")), 10);
    char more[SECTOR] = {0};
    assert_int_equal(file_write(file, 10, bytes_of(more, SECTOR)), 90);
    assert_int_equal(file_write(file, 100, bytes_of(more, 1)), -ENOSPC);
    assert_int_equal(file_write(file, 0, bytes_of(more, 50)), 50);
    assert_int_equal(file_truncate(file, 200), -ENOSPC);
    file_close(file);
    machine_close(&machine);
}

static void a_disk_is_full_by_fault(void **state)
{
    unsigned parts = 0, nothing = 0;
    struct machine machine;
    machine_open(&machine, 1);
    struct file *file = open_file(&machine, "log");
    world_fault_set(machine.world, FAULT_DISK_FULL, ALWAYS);
    for (int i = 0; i < 50; i++) {
        ssize_t wrote = file_write(file, 0, BYTES("abc"));
        assert_true(wrote == -ENOSPC || (wrote > 0 && wrote < 3));
        parts += wrote > 0;
        nothing += wrote < 0;
        assert_int_equal(file_truncate(file, 0), 0);
    }
    assert_true(parts > 0 && nothing > 0);
    assert_int_equal(world_fault_count(machine.world, FAULT_DISK_FULL), 50);
    file_close(file);
    machine_close(&machine);
}

static void files_need_descriptors(void **state)
{
    struct machine machine;
    struct file *file = NULL;
    machine_open(&machine, 1);
    world_fault_set(machine.world, FAULT_EMFILE, ALWAYS);
    assert_int_equal(file_open(&file, machine.loop, "log", FILE_WRITE), -EMFILE);
    machine_close(&machine);
}

static void a_lock_goes_with_its_process(void **state)
{
    struct machine machine;
    machine_open(&machine, 1);
    struct file *file = open_file(&machine, "lock");
    assert_int_equal(file_lock(file), 0);
    struct world_node *dead = machine.node;
    world_node_kill(dead, false);
    machine_boot(&machine);
    struct file *heir = open_file(&machine, "lock");
    assert_int_equal(file_lock(heir), 0);
    assert_int_equal(file_write(file, 0, BYTES("x")), -ESHUTDOWN);
    file_close(file);
    world_node_close(dead);
    file_close(heir);
    machine_close(&machine);
}

struct writer {
    struct job job;
    struct loop *loop;
    ssize_t results[4];
    unsigned done;
};

static void write_three_times(struct job *job)
{
    struct writer *writer = CONTAINER_OF(job, struct writer, job);
    struct file *file = NULL;
    writer->results[0] = file_open(&file, writer->loop, "log", FILE_WRITE);
    for (size_t i = 1; i < 4; i++)
        writer->results[i] = file_write(file, i * 10, BYTES("x"));
    file_close(file);
}

static void writer_done(struct job *job)
{
    CONTAINER_OF(job, struct writer, job)->done++;
}

static void power_can_fail_in_the_middle_of_a_job(void **state)
{
    struct machine machine;
    machine_open(&machine, 1);
    struct writer writer = {.job = {.run = write_three_times, .done = writer_done},
                            .loop = machine.loop};
    world_node_kill_at_write(machine.node, 2); /* creating the file is the first change */
    assert_int_equal(job_submit(machine.loop, &writer.job), 0);
    world_run_until(machine.world, UINT64_MAX);
    assert_int_equal(writer.results[0], 0);
    assert_int_equal(writer.results[1], 1);
    assert_int_equal(writer.results[2], -EIO);
    assert_int_equal(writer.results[3], -EIO);
    assert_int_equal(writer.done, 0);
    assert_int_equal(job_submit(machine.loop, &writer.job), -ESHUTDOWN);
    machine_crash(&machine, true);
    file_close(open_file(&machine, "other")); /* power is back */
    machine_close(&machine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_process_loses_nothing_it_wrote),
        cmocka_unit_test(what_was_synced_survives_a_power_loss),
        cmocka_unit_test(of_unsynced_sectors_any_may_be_lost),
        cmocka_unit_test(a_new_name_needs_its_directory_synced),
        cmocka_unit_test(a_rename_happens_wholly_or_not_at_all),
        cmocka_unit_test(a_rename_is_durable_after_its_directory_is_synced),
        cmocka_unit_test(a_file_needs_its_directory),
        cmocka_unit_test(after_a_failed_sync_the_data_never_become_durable),
        cmocka_unit_test(disk_errors_reach_every_operation),
        cmocka_unit_test(a_full_disk_takes_a_part_or_nothing_and_still_overwrites),
        cmocka_unit_test(a_disk_is_full_by_fault),
        cmocka_unit_test(files_need_descriptors),
        cmocka_unit_test(a_lock_goes_with_its_process),
        cmocka_unit_test(power_can_fail_in_the_middle_of_a_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
