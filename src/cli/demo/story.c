/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo/story.h"

#define FEW 16
#define MANY 64

const struct demo_scene demo_story[DEMO_SCENES] = {
    {0, FEW, DEMO_ACT_NONE, "A quiet start",
     "Clients ask the edge as they would ask OpenAI: chats and completions, streamed or plain, "
     "embeddings, now and then a mistake. Each request goes to the core that has the least to "
     "do."},
    {170, MANY, DEMO_ACT_NONE, "Busy",
     "Four times as many clients. Each core works on many answers at once, as a GPU does, and the "
     "edge keeps their loads alike."},
    {400, MANY, DEMO_ACT_KILL, "Core west dies",
     "Its listener and its connections are gone, as if its power had failed. Who still waits for "
     "a first word is served by east and notices nothing. Who is in the middle of an answer is "
     "told so by an error: a cut answer never looks whole."},
    {520, MANY, DEMO_ACT_NONE, "One core carries all",
     "The edge keeps away from west and only tries it now and then, with one request. East has "
     "twice the work and is a little slower, but everybody is served."},
    {660, MANY, DEMO_ACT_REVIVE, "Core west comes back",
     "Nobody tells the edge. The next time that it tries west it gets an answer, and from then on "
     "west has its share again."},
    {900, 0, DEMO_ACT_NONE, "Closing time",
     "Nobody comes any more. The answers under way are finished, then the edge stops."},
};

size_t demo_story_at(uint64_t elapsed_ms, uint64_t whole_ms)
{
    size_t scene = 0;
    while (scene + 1 < DEMO_SCENES &&
           elapsed_ms * 1000 >= whole_ms * demo_story[scene + 1].begin_permille)
        scene++;
    return scene;
}
