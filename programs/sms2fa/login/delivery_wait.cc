// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/login/delivery_wait.h"

#include <unistd.h>

#include <cstdio>
#include <future>
#include <memory>
#include <string>

namespace sms2fa {

namespace {

constexpr Milliseconds kRedraw{250};

void show(const DeliveryStatus& status, std::chrono::steady_clock::duration waited) {
  const std::string word = status.word.empty() ? "" : " (" + status.word + ")";
  std::fprintf(
      stderr, "\r\033[KOn its way%s, %lld s", word.c_str(),
      static_cast<long long>(std::chrono::duration_cast<std::chrono::seconds>(waited).count()));
  std::fflush(stderr);
}

}  // namespace

std::optional<DeliveryStatus> wait_for_delivery(Messenger& messenger, const SendReport& report,
                                                SteadyTime until) {
  // Shared with the callback, which may come after an exception here.
  const auto last_word = std::make_shared<std::promise<DeliveryStatus>>();
  auto known = last_word->get_future();
  const auto begin = std::chrono::steady_clock::now();
  const auto message = messenger.follow(
      report, until, [last_word](const DeliveryStatus& status) { last_word->set_value(status); });
  if (message == nullptr) return std::nullopt;
  const bool on_terminal = isatty(STDERR_FILENO) == 1;
  while (known.wait_for(kRedraw) != std::future_status::ready)
    if (on_terminal) show(message->status(), std::chrono::steady_clock::now() - begin);
  if (on_terminal) std::fputs("\r\033[K", stderr);
  return known.get();
}

}  // namespace sms2fa
