// SPDX-License-Identifier: Apache-2.0
#include "lib/config/line_source.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lib/base/secret.h"

namespace sms2fa {

namespace {

constexpr size_t kFirstCapacity = size_t{64} * 1024;

std::string_view without_carriage_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

LineSource::LineSource(int fd) : fd_(fd), buffer_(kFirstCapacity, '\0') {}

LineSource::~LineSource() {
  wipe(buffer_);
}

std::optional<std::string_view> LineSource::next() {
  size_t searched = 0;
  while (true) {
    const std::string_view pending(buffer_.data() + begin_, end_ - begin_);
    const size_t newline = pending.find('\n', searched);
    if (newline != std::string_view::npos) {
      begin_ += newline + 1;
      return without_carriage_return(pending.substr(0, newline));
    }
    searched = pending.size();
    if (read_more()) continue;
    const std::string_view rest(buffer_.data() + begin_, end_ - begin_);
    begin_ = end_;
    if (error_ != 0 || rest.empty()) return std::nullopt;
    return without_carriage_return(rest);
  }
}

// Makes room behind what is pending, which may move, and reads into it. False at the end and on an
// error.
bool LineSource::read_more() {
  if (end_ == buffer_.size() && begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) {
    std::string larger(buffer_.size() * 2, '\0');
    std::memcpy(larger.data(), buffer_.data(), end_);
    buffer_.swap(larger);
    wipe(larger);
  }
  ssize_t got = 0;
  do {
    got = read(fd_, buffer_.data() + end_, buffer_.size() - end_);
  } while (got < 0 && errno == EINTR);
  if (got < 0) error_ = errno;
  if (got <= 0) return false;
  end_ += static_cast<size_t>(got);
  return true;
}

}  // namespace sms2fa
