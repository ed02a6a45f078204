// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace sms2fa {

// How long each step of a request took. Zero: it was not needed, as on a connection that was kept,
// or not reached.
struct StepTimes {
  std::chrono::microseconds look_up{0};     // the host's addresses
  std::chrono::microseconds connect{0};     // TCP, and the proxy's tunnel
  std::chrono::microseconds tls{0};         // the handshake
  std::chrono::microseconds first_byte{0};  // from the request to the first byte of its answer
  std::chrono::microseconds total{0};       // everything, from the beginning to the end
};

}  // namespace sms2fa
