// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lib/config/configuration.h"
#include "lib/session/login_request.h"
#include "lib/session/notices.h"
#include "lib/store/store.h"

namespace sms2fa {

// Where a request's answers come from, as the store counts them. A name that a host gives instead
// of an address never becomes familiar, nor does a pseudo-terminal's number.
Origin origin_of(const LoginRequest& request);

// The chance that one answer is a message's code.
int64_t chance_of_code(const CodeSettings& code);

// What a comparison found. `method` is the log's word for what was right.
struct Compared {
  bool right = false;
  std::string method;
};

// What came of an answer that was counted.
struct VerifiedAnswer {
  bool right = false;
  unsigned from_elsewhere = 0;  // when right: strangers' wrong answers that nobody was told of
};

// Verifies the answers of one connection, for logins and enrolments alike: counts each where it
// lasts before it is compared, and commits what came of it before anybody may act on it.
class AnswerVerifier {
 public:
  // All must outlive this.
  AnswerVerifier(const LoginRequest& request, const LimitSettings& limits, Store& store,
                 AuditLog& audit, AuditEvent& event)
      : request_(request),
        limits_(limits),
        store_(store),
        notices_(request, audit),
        event_(event) {}

  // `chance` as Store::count_attempt() has it. With `real` false it is nobody's answer, which costs
  // the same. `compare` is called once the answer is counted, also when the series is locked: then
  // there is no `id`, and nothing may be right. An error, of the store or of `compare`, means that
  // whatever was answered is denied; `outdated`, that what was compared with has changed since.
  using Compare = std::function<Result<Compared>(const CountedAttempt&)>;
  Result<VerifiedAnswer> verify(bool real, int64_t chance, const Compare& compare);

  const Notices& notices() const { return notices_; }

 private:
  Result<CountedAttempt> count(bool real, int64_t chance);
  Result<unsigned> commit(const CountedAttempt& counted, const Compared& compared);

  const LoginRequest& request_;
  const LimitSettings& limits_;
  Store& store_;
  const Notices notices_;
  AuditEvent& event_;
  bool real_ = false;
  std::vector<AttemptId> wrong_;  // of this connection
};

}  // namespace sms2fa
