// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "programs/sms2fa/arguments.h"
#include "programs/sms2fa/options.h"
#include "programs/sms2fa/output/answer.h"
#include "programs/sms2fa/output/console.h"

namespace sms2fa {

// One command: what it takes, what is said about it, and what it does. Texts without line breaks
// are broken where they are shown.
struct Command {
  const char* name;
  std::string_view summary;      // in the list of all, in lower case, without a full stop
  std::string_view description;  // sentences; "\n\n" between paragraphs
  std::string_view example;
  std::vector<Operand> operands = {};
  std::vector<Option> options = {};  // but --help, which all have
  // An error is told by refusal(). May throw std::exception.
  Result<Answer> (*run)(const Arguments& arguments, const Console& console) = nullptr;
  // What rows can't say of the arguments. The error is a sentence, as parse_arguments() returns it.
  Result<void> (*check)(Arguments& arguments) = nullptr;
};

}  // namespace sms2fa
