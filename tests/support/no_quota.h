// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/delivery/messenger.h"

namespace sms2fa::test {

// Allows every send and books none.
class NoQuota final : public SendQuota {
 public:
  bool reserve(const std::string&) override { return true; }
  void settle(const SendReport&) override {}
};

}  // namespace sms2fa::test
