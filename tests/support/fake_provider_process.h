// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/unique_fd.h"

namespace sms2fa::test {

// The fake provider (tests/support/fake_provider/__init__.py says what it does) as a process of its
// own, with a directory of its own and a clean environment; both are gone with the object. A start
// that fails ends the test.
class FakeProviderProcess {
 public:
  explicit FakeProviderProcess(const std::vector<std::string>& arguments = {});
  FakeProviderProcess(const FakeProviderProcess&) = delete;
  FakeProviderProcess& operator=(const FakeProviderProcess&) = delete;
  ~FakeProviderProcess();

  uint16_t port() const { return port_; }
  const std::string& ca_file() const { return ca_file_; }
  const std::string& directory() const { return directory_; }

  // https://localhost:PORT, and the part of a path that chooses this misbehaviour.
  std::string base_url(const std::string& mode = "") const;

  // The lines of "messages", "requests" or "connections", each a JSON object.
  std::vector<std::string> records(const std::string& name) const;

  // The same, once there are at least `count`; ends the test when that takes 10 s.
  std::vector<std::string> wait_for(const std::string& name, size_t count) const;

  // Ends the process: after this, every connection is on record.
  void stop();

 private:
  std::string directory_;
  pid_t pid_ = -1;
  UniqueFd input_;  // the process lives as long as this is open
  uint16_t port_ = 0;
  std::string ca_file_;
};

}  // namespace sms2fa::test
