// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/method.h"
#include "lib/base/network.h"

namespace sms2fa {

enum class RuleAction { ask, exempt, deny };

constexpr const char* to_string(RuleAction action) {
  switch (action) {
    case RuleAction::ask:
      return "ask";
    case RuleAction::exempt:
      return "exempt";
    case RuleAction::deny:
      return "deny";
  }
  return "deny";
}

// A first factor that was proved before the question for a code.
struct FirstFactor {
  enum class Kind { none, publickey, sk, cert, password, hostbased, gssapi };
  Kind kind = Kind::none;
  std::string ca = {};  // of a cert: "SHA256:…", the fingerprint of who signed it; empty: anybody
  bool operator==(const FirstFactor&) const = default;
};

// Where a login comes from: a network, or nullopt, from this machine.
using RuleSource = std::optional<Network>;

// [rule NAME]: what its logins meet. Each key that is there narrows whom the rule is about; within
// one key any item will do.
struct RuleSettings {
  std::string name;
  unsigned line = 0;                    // of the header
  std::vector<std::string> users = {};  // or "@NETGROUP"
  std::vector<std::string> groups = {};
  std::vector<std::string> services = {};
  std::vector<RuleSource> from = {};
  std::vector<FirstFactor> first = {};
  RuleAction action = RuleAction::ask;
  Methods methods = {};                             // of action ask; empty: no fewer than without
  std::optional<std::chrono::sys_days> until = {};  // the last day of an exemption, in UTC
  bool forever = false;
  std::string reason = {};
};

}  // namespace sms2fa
