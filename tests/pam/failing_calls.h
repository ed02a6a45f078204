// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

// What a library that this program loads asks of libc can be made to fail: allocations, and the
// calls that the module makes. A call is counted each time it is made between arm() and disarm().
namespace sms2fa::test {

struct FailingCalls {
  unsigned first = 0;      // the first call that fails, from 1; 0: none does
  bool and_later = false;  // so do all after it, each with its own error
  unsigned error = 0;      // which of a call's usual errors, counted from 0, modulo their number
};

void arm(const FailingCalls& failing);
// Returns how many calls were made since arm().
unsigned disarm();
// The name of the last call that failed; empty when none did.
std::string failed_call();

// For the functions that stand before libc: true when this call fails now; errno is set.
bool call_fails(const char* name) noexcept;

// While it lives, nothing fails and nothing is counted: for what belongs to the test.
class Unarmed {
 public:
  Unarmed() noexcept;
  ~Unarmed();
  Unarmed(const Unarmed&) = delete;
  Unarmed& operator=(const Unarmed&) = delete;

 private:
  bool was_armed_;
};

}  // namespace sms2fa::test
