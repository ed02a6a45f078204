// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace sms2fa {

// How far a long task has come, on standard error, when that is a terminal; otherwise nothing.
class ProgressBar {
 public:
  explicit ProgressBar(size_t all);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  // Takes the bar away.
  ~ProgressBar();
  void advance();

 private:
  void draw() const;

  const size_t all_;
  const bool shown_;
  size_t done_ = 0;
};

}  // namespace sms2fa
