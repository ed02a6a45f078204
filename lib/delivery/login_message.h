// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "lib/base/phone_number.h"
#include "lib/base/secret.h"

namespace sms2fa {

// How a message reaches a phone.
enum class Medium { sms, voice };

// As the log and the configuration's methods call them.
constexpr std::string_view to_string(Medium medium) {
  switch (medium) {
    case Medium::sms:
      return "sms";
    case Medium::voice:
      return "voice";
  }
  return "sms";
}

// One message that tells a person a code.
struct LoginMessage {
  PhoneNumber to;
  // The text; or, by voice, what is said: plain sentences, each digit one of its own. A provider
  // that makes the code itself ignores it.
  Secret body;
  // How long the provider may keep trying: the code's lifetime.
  std::chrono::seconds validity;
  Medium medium = Medium::sms;
  std::string language = "en-US";  // of the voice, BCP 47
};

}  // namespace sms2fa
