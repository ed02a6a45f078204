// SPDX-License-Identifier: Apache-2.0
#include "lib/wire/channel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>

namespace sms2fa::wire {

namespace {

// poll() counts whole milliseconds; rounding up keeps a deadline in the future from spinning.
int milliseconds_until(SteadyTime deadline) noexcept {
  const auto left = std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<Milliseconds::rep>(left.count(), 0, 3'600'000));
}

}  // namespace

const char* to_string(ChannelStatus status) noexcept {
  switch (status) {
    case ChannelStatus::ok:
      return "ok";
    case ChannelStatus::closed:
      return "the connection was closed";
    case ChannelStatus::timed_out:
      return "no answer in time";
    case ChannelStatus::other_version:
      return "another protocol version: module and daemon must be one release";
    case ChannelStatus::malformed:
      return "a malformed message";
    case ChannelStatus::too_many:
      return "too many messages";
    case ChannelStatus::stopped:
      return "shutting down";
    case ChannelStatus::failed:
      return "a system call failed";
  }
  return "unknown";
}

ChannelStatus Channel::wait_for(short events, int stop_fd, SteadyTime deadline) noexcept {
  while (true) {
    pollfd watched[] = {{socket_.get(), events, 0}, {stop_fd, POLLIN, 0}};
    const int ready = poll(watched, stop_fd >= 0 ? 2 : 1, milliseconds_until(deadline));
    if (ready < 0 && errno != EINTR) return ChannelStatus::failed;
    if (ready > 0) return watched[1].revents != 0 ? ChannelStatus::stopped : ChannelStatus::ok;
    if (std::chrono::steady_clock::now() >= deadline) return ChannelStatus::timed_out;
  }
}

ChannelStatus Channel::send(const Message& message, SteadyTime deadline) noexcept {
  if (!message.complete()) return ChannelStatus::malformed;
  const auto bytes = message.bytes();
  while (true) {
    // Without the stop descriptor: the verdict that a stop brings about must still go out.
    const auto waited = wait_for(POLLOUT, -1, deadline);
    if (waited != ChannelStatus::ok) return waited;
    const ssize_t sent =
        ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == static_cast<ssize_t>(bytes.size())) return ChannelStatus::ok;
    if (sent >= 0) return ChannelStatus::failed;
    if (errno == EPIPE || errno == ECONNRESET) return ChannelStatus::closed;
    if (errno != EINTR && errno != EAGAIN) return ChannelStatus::failed;
  }
}

ChannelStatus Channel::receive(Message& message, SteadyTime deadline) noexcept {
  // One byte more than allowed, so that a longer datagram shows without trusting MSG_TRUNC alone.
  struct WipedBuffer {
    char bytes[kLargestMessage + 1];
    ~WipedBuffer() { explicit_bzero(bytes, sizeof bytes); }
  } buffer;
  while (true) {
    const auto waited = wait_for(POLLIN, stop_fd_, deadline);
    if (waited != ChannelStatus::ok) return waited;
    const ssize_t got = recv(socket_.get(), buffer.bytes, sizeof buffer.bytes, MSG_DONTWAIT);
    if (got == 0) return ChannelStatus::closed;
    if (got > 0) {
      const Sender peer = self_ == Sender::client ? Sender::daemon : Sender::client;
      const std::string_view datagram(buffer.bytes, static_cast<size_t>(got));
      if (message.parse(datagram, peer)) return ChannelStatus::ok;
      const bool is_other = static_cast<uint8_t>(datagram[0]) != kProtocolVersion;
      return is_other ? ChannelStatus::other_version : ChannelStatus::malformed;
    }
    if (errno == ECONNRESET) return ChannelStatus::closed;
    if (errno != EINTR && errno != EAGAIN) return ChannelStatus::failed;
  }
}

bool Channel::has_spoken() noexcept {
  char byte = 0;
  return recv(socket_.get(), &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) > 0;
}

}  // namespace sms2fa::wire
