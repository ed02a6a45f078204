// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

namespace sms2fa::test {

// What belongs to the process that loads the module, and must be the same after each call into it
// as before. Capturing needs no descriptor, so that it works in a host that has none left.
class HostState {
 public:
  static HostState capture();

  // What is different now, descriptors included; empty when nothing is.
  std::vector<std::string> differences(const HostState& now) const;
  // The same in the middle of an attempt, when there must be one more descriptor: the module's
  // connection, at least 3 and close-on-exec.
  std::vector<std::string> differences_under_way(const HostState& now) const;

 private:
  // Everything but descriptors, by name.
  std::map<std::string, std::string> facts_;
  // Descriptor, and what tells it from another one.
  std::map<int, std::string> descriptors_;
};

}  // namespace sms2fa::test
