// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "programs/sms2fa/pam/modules.h"
#include "programs/sms2fa/pam/walk.h"

namespace sms2fa {

// A step of an imagined login that others might have taken otherwise: these returns of the line
// lead on, and no others do.
struct PamStep {
  const PamLine* line;
  PamReturns returns;
};
using PamPath = std::vector<PamStep>;

// Every path through the auth lines of a stack. Paths that are in the same state at the same line,
// with the same tag, are one; of them the one with the fewest steps is kept.
class PamSearch {
 public:
  // What a path is to be told by; it begins with 0.
  using Tag = uint32_t;
  // The tag after `line` returned `result` and `next` comes next.
  using Tagging = std::function<Tag(Tag tag, size_t line, PamReturn result, size_t next)>;
  using Returns = std::function<PamReturns(const PamLine& line)>;

  PamSearch(std::span<const PamLine> auth, const Returns& returns, const Tagging& tagging);

  // False when there are too many states to go through.
  bool complete() const { return complete_; }

  struct Arrival {
    Tag tag;
    PamMood mood;
    unsigned cost;
    size_t node;
  };
  // The paths that come to a line, or, at the number of lines, to the end.
  std::vector<Arrival> arrivals(size_t line) const;
  // How one of them came there.
  PamPath path_to(size_t node) const;

 private:
  struct Key {
    PamState state;
    Tag tag;
    auto operator<=>(const Key&) const = default;
  };
  struct Node {
    unsigned cost;
    size_t from;
    PamStep step;
  };

  void leave(const Key& key, size_t node, const Returns& returns, const Tagging& tagging);
  void arrive(const Key& key, const Node& node);

  std::span<const PamLine> auth_;
  std::vector<std::map<Key, size_t>> at_;  // the nodes at each line
  std::vector<Node> nodes_;
  bool complete_ = true;
};

}  // namespace sms2fa
