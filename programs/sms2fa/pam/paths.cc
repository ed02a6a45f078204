// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam/paths.h"

#include <algorithm>
#include <map>
#include <utility>

namespace sms2fa {

namespace {

using Kind = PamBypass::Kind;
using Tag = PamSearch::Tag;

// The tags of a search for bypasses: nothing yet, our success, or the first culprit.
constexpr Tag kSucceeded = 1;
constexpr Tag kKinds = 8;

// The tags of a search for factors, which add up.
constexpr Tag kRightPassword = 1;
constexpr Tag kWrongPassword = 2;
constexpr Tag kRightCode = 4;
constexpr Tag kSomethingElse = 8;

Tag factor_of(const PamLine& line, PamReturn result) {
  const bool success = result == PamReturn::success;
  if (is_ours(line)) return success ? kRightCode : 0;
  if (is_first_factor(line)) {
    // An expired password was right, too.
    if (success || result == PamReturn::new_authtok_reqd) return kRightPassword;
    return result == PamReturn::auth_err ? kWrongPassword : 0;
  }
  return success && !is_housekeeping(line) ? kSomethingElse : 0;
}

Tag tag_of(size_t line, Kind kind) {
  return static_cast<Tag>((line + 1) * kKinds) + static_cast<Tag>(kind);
}

Kind kind_of_failure(PamReturn result) {
  if (result == PamReturn::auth_err) return Kind::wrong_code;
  if (result == PamReturn::authinfo_unavail) return Kind::daemon_down;
  if (result == PamReturn::conv_err) return Kind::broken_off;
  return Kind::other_failure;
}

Tag tag_of_step(std::span<const PamLine> auth, size_t line, PamReturn result, size_t next) {
  if (is_ours(auth[line]))
    return result == PamReturn::success ? kSucceeded : tag_of(line, kind_of_failure(result));
  const auto passed = auth.subspan(line + 1, next - line - 1);
  return std::any_of(passed.begin(), passed.end(), is_ours) ? tag_of(line, Kind::skipped) : 0;
}

bool is_rootok(const PamLine& line) {
  return line.module_name() == "pam_rootok.so";
}

}  // namespace

PamJudge::PamJudge(std::span<const PamLine> auth, std::string service)
    : auth_(auth), service_(std::move(service)) {}

PamSearch PamJudge::search(const PamSearch::Tagging& tagging) const {
  const bool but_root = leaves_root_out();
  return {auth_,
          [but_root](const PamLine& line) {
            PamReturns returns = possible_returns(line);
            if (but_root && is_rootok(line)) returns.reset(static_cast<size_t>(PamReturn::success));
            return returns;
          },
          tagging};
}

std::optional<std::vector<PamBypass>> PamJudge::bypasses() const {
  const PamSearch found = search([this](Tag tag, size_t line, PamReturn result, size_t next) {
    const Tag now = tag_of_step(auth_, line, result, next);
    return tag == kSucceeded || now == kSucceeded ? kSucceeded : tag != 0 ? tag : now;
  });
  if (!found.complete()) return std::nullopt;
  std::map<Tag, PamSearch::Arrival> best;
  for (const auto& end : found.arrivals(auth_.size())) {
    if (end.mood != PamMood::good || end.tag < kKinds) continue;
    const auto [place, is_new] = best.try_emplace(end.tag, end);
    if (!is_new && end.cost < place->second.cost) place->second = end;
  }
  std::vector<PamBypass> bypasses;
  const PamLine* last = nullptr;
  for (const auto& [tag, end] : best) {
    const PamLine* culprit = &auth_[tag / kKinds - 1];
    if (culprit != last)
      bypasses.push_back({static_cast<Kind>(tag % kKinds), culprit, found.path_to(end.node)});
    last = culprit;
  }
  return bypasses;
}

PamSearch PamJudge::search_for_factors() const {
  return search([this](Tag tag, size_t line, PamReturn result, size_t) {
    return tag | factor_of(auth_[line], result);
  });
}

std::optional<PamPath> PamJudge::unproven_path_to(size_t line) const {
  const PamSearch found = search([this](Tag tag, size_t at, PamReturn result, size_t) {
    return tag | (factor_of(auth_[at], result) & kRightPassword);
  });
  if (!found.complete()) return PamPath();
  std::optional<PamSearch::Arrival> best;
  for (const auto& arrival : found.arrivals(line))
    if (arrival.tag == 0 && (!best || arrival.cost < best->cost)) best = arrival;
  if (!best) return std::nullopt;
  return found.path_to(best->node);
}

bool PamJudge::code_is_enough() const {
  const PamSearch found = search_for_factors();
  const auto ends = found.arrivals(auth_.size());
  return std::any_of(ends.begin(), ends.end(), [](const auto& end) {
    return end.mood == PamMood::good && (end.tag & ~kWrongPassword) == kRightCode;
  });
}

bool PamJudge::wrong_password_reaches_us() const {
  const PamSearch found = search_for_factors();
  for (size_t line = 0; line < auth_.size(); ++line)
    if (is_ours(auth_[line]))
      for (const auto& arrival : found.arrivals(line))
        if (arrival.tag == kWrongPassword) return true;
  return false;
}

const PamLine* PamJudge::counter_of_denials() const {
  const PamSearch found = search([this](Tag tag, size_t at, PamReturn result, size_t) {
    return tag | static_cast<Tag>(result != PamReturn::success && is_ours(auth_[at]));
  });
  for (size_t line = 0; line < auth_.size(); ++line)
    if (counts_failures(auth_[line]))
      for (const auto& arrival : found.arrivals(line))
        if (arrival.tag != 0) return &auth_[line];
  return nullptr;
}

bool PamJudge::lets_somebody_in() const {
  const PamSearch found = search([](Tag, size_t, PamReturn, size_t) { return Tag{0}; });
  if (!found.complete()) return true;
  const auto ends = found.arrivals(auth_.size());
  return std::any_of(ends.begin(), ends.end(),
                     [](const auto& end) { return end.mood == PamMood::good; });
}

bool PamJudge::leaves_root_out() const {
  return root_calls_itself(service_) && std::any_of(auth_.begin(), auth_.end(), is_rootok);
}

}  // namespace sms2fa
