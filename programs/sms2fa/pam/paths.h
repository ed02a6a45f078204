// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "programs/sms2fa/pam/search.h"

namespace sms2fa {

// A way into a service on which pam_sms2fa.so did not succeed. The lowest is the gravest.
struct PamBypass {
  enum class Kind : unsigned { skipped, wrong_code, daemon_down, broken_off, other_failure };
  Kind kind;
  // The line that leads past pam_sms2fa.so, or the line of pam_sms2fa.so whose failure is forgiven.
  const PamLine* culprit;
  PamPath path;  // all that decides, the culprit's own step among it
};

// All judgements of a stack's auth lines take every return of every module for possible, each for
// itself, but what possible_returns() knows better. `service` is needed for pam_rootok.so alone:
// that root is not asked by su is no bypass.
class PamJudge {
 public:
  PamJudge(std::span<const PamLine> auth, std::string service);

  // One for each culprit; of what a line of pam_sms2fa.so forgives, the gravest. nullopt: there
  // are too many paths.
  std::optional<std::vector<PamBypass>> bypasses() const;

  // For the module's argument first=proved. nullopt when on each path to the line a first factor
  // has succeeded; else a path on which none has. Too many paths prove nothing.
  std::optional<PamPath> unproven_path_to(size_t line) const;

  // A line that counts failures and is reached after pam_sms2fa.so failed, and nullptr when there
  // is none.
  const PamLine* counter_of_denials() const;

  // True when somebody gets in by a right code and nothing else: no first factor has succeeded, nor
  // another module that might stand for one.
  bool code_is_enough() const;

  // True when a first factor that was wrong, and none that was right, leads on to us.
  bool wrong_password_reaches_us() const;

  // True when there is any path in, with or without us.
  bool lets_somebody_in() const;

  // True when pam_rootok.so, as a line of this service, tells root from others.
  bool leaves_root_out() const;

 private:
  PamSearch search(const PamSearch::Tagging& tagging) const;
  PamSearch search_for_factors() const;

  std::span<const PamLine> auth_;
  std::string service_;
};

}  // namespace sms2fa
