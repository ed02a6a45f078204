// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <security/pam_appl.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/pam/script.h"

namespace sms2fa::test {

// The host's conversation function and whoever sits behind it, as [prompts] says. Its answers are
// watched until the module frees them.
class ScriptedPerson {
 public:
  // `before_answer` is called in the middle of each prompt; `daemon_done` returns once the daemon
  // is through with its lines.
  ScriptedPerson(const Script& script, Complaints& complaints, std::function<void()> before_answer,
                 std::function<void()> daemon_done);

  // Valid as long as this object.
  pam_conv conversation();
  // Complains of prompts that did not come.
  void finish();

 private:
  static int converse(int count, const pam_message** messages, pam_response** responses,
                      void* self) noexcept;
  int answer(const pam_message& message, pam_response** responses);
  int reply(const Line& line, const std::vector<Word>& words, pam_response** responses);

  const Script& script_;
  Complaints& complaints_;
  std::function<void()> before_answer_;
  std::function<void()> daemon_done_;
  size_t next_ = 0;
};

}  // namespace sms2fa::test
