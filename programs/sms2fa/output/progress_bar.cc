// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/progress_bar.h"

#include <unistd.h>

#include <cstdio>
#include <string>

namespace sms2fa {

namespace {

constexpr size_t kWidth = 40;
// Whoever has less to do is done before a bar could be read.
constexpr size_t kWorthShowing = 10;

}  // namespace

ProgressBar::ProgressBar(size_t all)
    : all_(all), shown_(all >= kWorthShowing && isatty(STDERR_FILENO) == 1) {
  draw();
}

ProgressBar::~ProgressBar() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void ProgressBar::advance() {
  const size_t before = done_ * kWidth / all_;
  ++done_;
  if (done_ * kWidth / all_ != before) draw();
}

void ProgressBar::draw() const {
  if (!shown_) return;
  const size_t filled = done_ * kWidth / all_;
  const std::string bar = std::string(filled, '#') + std::string(kWidth - filled, '.');
  std::fprintf(stderr, "\r[%s] %zu of %zu", bar.c_str(), done_, all_);
  std::fflush(stderr);
}

}  // namespace sms2fa
