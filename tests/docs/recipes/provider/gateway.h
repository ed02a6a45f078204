// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/delivery/gateway.h"

namespace sms2fa {

struct ToyOptions {
  std::string name;
  std::string greeting = "Hello";
};

// Sends nothing, and says so.
class Toy final : public Gateway {
 public:
  explicit Toy(const ToyOptions& options) : options_(options) {}
  const std::string& name() const override { return options_.name; }
  SendReport send(const LoginMessage& message, SteadyTime deadline) override;

 private:
  const ToyOptions options_;
};

}  // namespace sms2fa
