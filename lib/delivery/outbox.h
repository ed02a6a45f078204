// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/delivery/gateway.h"

namespace sms2fa {

// Writes each message to a file instead of sending it, for demos and tests. A file appears whole,
// is readable by its owner only, and its name sorts by time:
//
//   1763817242123456789-000001.txt
//   To: +353851234567
//   Date: 2025-11-22T13:14:02Z
//
//   web01: 123456 is your code …
//
// The message id is the file's name. What a call would say stands behind one more line of the head,
// "Voice: en-US", the language.
class Outbox final : public Gateway {
 public:
  // Fails when the directory is not there, a symbolic link, not owned by root or _sms2fa, or open
  // to group or others. The same is checked again at every send. `clock` must outlive the outbox.
  static Result<std::unique_ptr<Outbox>> create(std::string name, std::string directory,
                                                bool takes_calls, const Clock& clock);

  const std::string& name() const override { return name_; }
  bool serves(Medium medium) const override { return medium == Medium::sms || takes_calls_; }
  SendReport send(const LoginMessage& message, SteadyTime deadline) override;

 private:
  Outbox(std::string name, std::string directory, bool takes_calls, const Clock& clock)
      : name_(std::move(name)),
        directory_(std::move(directory)),
        takes_calls_(takes_calls),
        clock_(clock) {}
  Result<std::string> write(const LoginMessage& message);

  const std::string name_;
  const std::string directory_;
  const bool takes_calls_;
  const Clock& clock_;
  std::atomic<uint32_t> count_{0};
};

}  // namespace sms2fa
