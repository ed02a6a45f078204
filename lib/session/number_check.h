// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "lib/base/phone_number.h"
#include "lib/session/conversation.h"
#include "lib/session/login_request.h"
#include "lib/session/surroundings.h"

namespace sms2fa {

// Finds out whether a person has the phone of a number that nobody vouches for yet: sends a code
// there, within all budgets, and asks for it. Wrong answers count towards the person's lock.
class NumberCheck {
 public:
  enum class Outcome { right, wrong, not_sent, locked, store_failed, left };
  // All must outlive this.
  NumberCheck(const LoginRequest& request, const Setup& setup, Surroundings& around,
              Conversation& person)
      : request_(request), setup_(setup), around_(around), person_(person) {}

  // What went wrong has been told to the person.
  Outcome run(const PhoneNumber& number);
  // A text without a code, within the same budgets. False when it did not leave.
  bool tell(const PhoneNumber& number, const std::string& text);

  // How the conversation ended, when it `left`.
  Reply::Status ended() const { return ended_; }
  // For the log.
  const std::string& detail() const { return detail_; }

 private:
  Result<void> make_code();
  bool send(const PhoneNumber& number, Secret text);
  std::optional<Outcome> judge(std::string_view answer, unsigned& tries);
  std::string resend(const PhoneNumber& number);

  const LoginRequest& request_;
  const Setup& setup_;
  Surroundings& around_;
  Conversation& person_;
  Secret code_;
  std::string ref_;
  unsigned sends_ = 0;
  SteadyTime sent_at_{};
  std::string why_not_sent_;
  Reply::Status ended_ = Reply::Status::gone;
  std::string detail_;
};

}  // namespace sms2fa
