/* SPDX-License-Identifier: Apache-2.0
 *
 * replay_main - feeds each file of a folder to a fuzz target, whole and cut short at every byte.
 *
 *   fuzz_answer_scan_corpus tests/fuzz/corpus/answer_scan
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_BYTES (1 << 20)
#define PREFIXES 2048

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of exactly this size: a sanitizer then sees a read behind its end. */
static void replay(const uint8_t *data, size_t size)
{
    uint8_t *input = malloc(size > 0 ? size : 1);
    if (!input)
        abort();
    memcpy(input, data, size);
    LLVMFuzzerTestOneInput(input, size);
    free(input);
}

static bool replay_file(const char *folder, const char *name)
{
    static uint8_t data[INPUT_BYTES];
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);

    for (size_t prefix = 0; prefix < size && prefix < PREFIXES; prefix++)
        replay(data, prefix);
    replay(data, size);
    return true;
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (!folder) {
        fprintf(stderr, "usage: %s FOLDER: no such folder to read inputs from\n", argv[0]);
        return 2;
    }

    unsigned files = 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        if (entry->d_name[0] != '.' && replay_file(argv[1], entry->d_name))
            files++;
    closedir(folder);
    printf("%u inputs\n", files);
    return files > 0 ? 0 : 1;
}
