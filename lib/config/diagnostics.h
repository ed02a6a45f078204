// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/result.h"

namespace sms2fa {

// What is wrong with one file, gathered so that a person sees every mistake at once. The first 50
// are kept, the others only counted. Reasons must not hold values: one of them may be a secret.
class Diagnostics {
 public:
  explicit Diagnostics(std::string path) : path_(std::move(path)) {}

  // `line` is 1-based.
  void add(unsigned line, std::string reason);

  bool empty() const { return kept_.empty(); }

  // One "file:line: reason" a line, in the order of the lines. Precondition: !empty().
  Error to_error() const;

 private:
  struct Complaint {
    unsigned line;
    std::string reason;
  };

  std::string path_;
  std::vector<Complaint> kept_;
  size_t dropped_ = 0;
};

}  // namespace sms2fa
