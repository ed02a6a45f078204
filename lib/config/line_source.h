// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sms2fa {

// A file descriptor's content, line by line and at any length. What it buffers is wiped, for the
// lines may hold secrets.
class LineSource {
 public:
  // `fd` stays the caller's and must outlive this object.
  explicit LineSource(int fd);
  LineSource(const LineSource&) = delete;
  LineSource& operator=(const LineSource&) = delete;
  ~LineSource();

  // The next line without its "\n" or "\r\n", valid until the next call; nullopt at the end of the
  // file and on a read error. Throws std::bad_alloc.
  std::optional<std::string_view> next();

  // The errno of the read that failed, or 0.
  int error() const { return error_; }

 private:
  bool read_more();

  int fd_;
  std::string buffer_;
  size_t begin_ = 0;  // of the line that comes next
  size_t end_ = 0;    // of what was read
  int error_ = 0;
};

}  // namespace sms2fa
