/* SPDX-License-Identifier: Apache-2.0 */
#include "config/suggest.h"

#define ROW (SUGGEST_WORD_BYTES + 1)

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* One cell of the table: how far the first i letters of a are from the first j of b. */
static size_t cell(struct bytes a, struct bytes b, size_t i, size_t j, size_t (*rows)[ROW])
{
    const size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *twice = rows[(i + 1) % 3];
    size_t differs = a.at[i - 1] != b.at[j - 1];
    size_t best = least(least(before[j], now[j - 1]) + 1, before[j - 1] + differs);
    bool is_swap = i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1];
    return is_swap ? least(best, twice[j - 2] + 1) : best;
}

size_t suggest_distance(struct bytes a, struct bytes b)
{
    if (a.length > SUGGEST_WORD_BYTES || b.length > SUGGEST_WORD_BYTES)
        return SIZE_MAX;

    size_t rows[3][ROW] = {{0}}; /* a swap looks back two rows */
    for (size_t j = 0; j <= b.length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        rows[i % 3][0] = i;
        for (size_t j = 1; j <= b.length; j++)
            rows[i % 3][j] = cell(a, b, i, j, rows);
    }
    return rows[a.length % 3][b.length];
}

void suggest_offer(struct suggestion *suggestion, struct bytes known, const char *name)
{
    size_t near_enough = least(suggestion->word.length, known.length) / 3 + 1;
    size_t distance = suggest_distance(suggestion->word, known);
    bool is_better = !suggestion->nearest || distance < suggestion->distance;
    if (distance <= near_enough && is_better) {
        suggestion->nearest = name;
        suggestion->distance = distance;
    }
}
