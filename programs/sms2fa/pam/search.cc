// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam/search.h"

#include <algorithm>

namespace sms2fa {

namespace {

constexpr size_t kMostNodes = 50'000;
constexpr size_t kNowhere = SIZE_MAX;

// Of steps that lead to the same, the one that is told more easily costs less.
unsigned cost_of(const PamLine& line, const PamReturns& returns, const PamReturns& possible) {
  const auto number = static_cast<size_t>(PamReturn::invalid);
  if ((returns | PamReturns().set(number)) == (possible | PamReturns().set(number))) return 0;
  const bool success = returns.test(static_cast<size_t>(PamReturn::success));
  return success ? (is_housekeeping(line) ? 1 : 2) : 3;
}

}  // namespace

PamSearch::PamSearch(std::span<const PamLine> auth, const Returns& returns, const Tagging& tagging)
    : auth_(auth), at_(auth.size() + 1) {
  arrive({begin(auth), 0}, {0, kNowhere, {nullptr, {}}});
  // Every step leads to a later line, so what comes to this one is known.
  for (size_t line = 0; line < auth.size() && complete_; ++line) {
    for (const auto& [key, node] : at_[line]) leave(key, node, returns, tagging);
    complete_ = nodes_.size() <= kMostNodes;
  }
}

void PamSearch::leave(const Key& key, size_t node, const Returns& returns, const Tagging& tagging) {
  const size_t line = key.state.next;
  const PamReturns possible = returns(auth_[line]);
  std::map<Key, PamReturns> ways;
  for (size_t number = 0; number < kPamReturns; ++number) {
    if (!possible.test(number)) continue;
    const auto result = static_cast<PamReturn>(number);
    const PamState next = step(auth_, key.state, result);
    ways[{next, tagging(key.tag, line, result, next.next)}].set(number);
  }
  const unsigned cost = nodes_[node].cost;
  for (const auto& [next, taken] : ways)
    arrive(next, {cost + cost_of(auth_[line], taken, possible), node, {&auth_[line], taken}});
}

void PamSearch::arrive(const Key& key, const Node& node) {
  const auto [place, is_new] = at_[key.state.next].try_emplace(key, nodes_.size());
  if (is_new)
    nodes_.push_back(node);
  else if (node.cost < nodes_[place->second].cost)
    nodes_[place->second] = node;
}

std::vector<PamSearch::Arrival> PamSearch::arrivals(size_t line) const {
  std::vector<Arrival> arrivals;
  for (const auto& [key, node] : at_[line])
    arrivals.push_back({key.tag, key.state.mood, nodes_[node].cost, node});
  return arrivals;
}

PamPath PamSearch::path_to(size_t node) const {
  PamPath path;
  for (; nodes_[node].from != kNowhere; node = nodes_[node].from) {
    const Node& at = nodes_[node];
    if (at.cost > nodes_[at.from].cost) path.push_back(at.step);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace sms2fa
