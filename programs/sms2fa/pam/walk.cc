// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam/walk.h"

#include <algorithm>

namespace sms2fa {

namespace {

// Goes on to the next module, and remembers the mood in which it enters a substack.
void enter(std::span<const PamLine> auth, PamState& state) {
  for (; state.next < auth.size(); ++state.next) {
    const PamLine& line = auth[state.next];
    if (state.next > 0 && line.level > auth[state.next - 1].level)
      state.before[line.level] = state.mood;
    if (!line.is_substack) break;
  }
  // What has been left is forgotten, so that states which go on alike are equal.
  const size_t level = state.next < auth.size() ? auth[state.next].level : 0;
  std::fill(state.before.begin() + static_cast<std::ptrdiff_t>(level) + 1, state.before.end(),
            PamMood::undecided);
}

// The end of the substack, or of the stack, that the line is in.
size_t end_of_level(std::span<const PamLine> auth, size_t line) {
  const unsigned level = auth[line].level;
  while (++line < auth.size() && auth[line].level >= level) {
  }
  return line;
}

// A jump counts a substack as one line; one that leads past its own substack's end is bad.
void jump(std::span<const PamLine> auth, PamState& state, int lines) {
  const unsigned level = auth[state.next].level;
  size_t at = state.next + 1;
  for (; lines > 0 && at < auth.size() && auth[at].level >= level; --lines)
    for (++at; at < auth.size() && auth[at].level > level;) ++at;
  if (lines > 0) state.mood = PamMood::bad;
  state.next = at;
}

}  // namespace

PamState begin(std::span<const PamLine> auth) {
  PamState state;
  enter(auth, state);
  return state;
}

PamState step(std::span<const PamLine> auth, const PamState& state, PamReturn result) {
  PamState after = state;
  const PamLine& line = auth[state.next];
  const int action = line.actions[static_cast<size_t>(result)];
  const bool open = state.mood == PamMood::undecided || state.mood == PamMood::good;
  if (action == kPamReset) after.mood = state.before[line.level];
  if (action == kPamBad || action == kPamDie) after.mood = PamMood::bad;
  if ((action == kPamOk || action == kPamDone) && open)
    after.mood = result == PamReturn::success ? PamMood::good : PamMood::spoiled;
  const bool ends = action == kPamDie || (action == kPamDone && after.mood != PamMood::bad);
  if (action > 0)
    jump(auth, after, action);
  else
    after.next = ends ? end_of_level(auth, state.next) : state.next + 1;
  enter(auth, after);
  return after;
}

}  // namespace sms2fa
