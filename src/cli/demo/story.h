/* SPDX-License-Identifier: Apache-2.0
 *
 * story - what the demonstration tells, scene by scene: when it begins, how many clients come,
 * what happens to the cores, and the words for people who see all this for the first time.
 *
 * Units    thousandths of the whole time.
 * Threads  read-only.
 */
#ifndef CLI_DEMO_STORY_H
#define CLI_DEMO_STORY_H

#include <stddef.h>
#include <stdint.h>

enum demo_act { DEMO_ACT_NONE, DEMO_ACT_KILL, DEMO_ACT_REVIVE };

struct demo_scene {
    unsigned begin_permille;
    unsigned clients_per_s; /* 0: nobody comes any more */
    enum demo_act act;      /* upon DEMO_STORY_CORE */
    const char *title, *text;
};

#define DEMO_SCENES 6
#define DEMO_STORY_CORE 1 /* the core that dies */

extern const struct demo_scene demo_story[DEMO_SCENES];

/* Which scene plays then. */
size_t demo_story_at(uint64_t elapsed_ms, uint64_t whole_ms);

#endif
