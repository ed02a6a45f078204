// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace sms2fa {

// A QR code, error correction level M, in the smallest version that holds the text. The program's
// only user of libqrencode and libpng.
class QrCode {
 public:
  // `text` is at most 511 bytes. Holds what the text held: wiped on destruction.
  static Result<QrCode> of(std::string_view text);
  QrCode(QrCode&&) = default;
  QrCode& operator=(QrCode&&) = default;
  ~QrCode();

  // Lines of half blocks for a terminal, two modules high each, with the quiet zone. With `colours`
  // black on white whatever the terminal's own colours are; without, right for a dark background.
  std::string for_terminal(bool colours) const;

  // A new file that only its owner can read; one that is there already is refused.
  Result<void> write_png(const std::string& path) const;

 private:
  QrCode(size_t width, std::vector<unsigned char> dark) : width_(width), dark_(std::move(dark)) {}
  // False outside of the code.
  bool is_dark(size_t row, size_t column) const;

  size_t width_;
  std::vector<unsigned char> dark_;  // one byte a module, row by row, with the quiet zone
};

}  // namespace sms2fa
