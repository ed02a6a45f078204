// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/qr_code.h"

#include <fcntl.h>
#include <png.h>
#include <qrencode.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "lib/base/unique_fd.h"

namespace sms2fa {

namespace {

constexpr size_t kQuiet = 4;   // modules of white around it (ISO/IEC 18004)
constexpr size_t kPixels = 8;  // a module in the picture

// From the 256 colours, which themes leave alone.
constexpr const char* kBlackOnWhite = "\033[38;5;16;48;5;231m";
constexpr const char* kPlain = "\033[0m";
constexpr const char* kLower = "\u2584";
constexpr const char* kUpper = "\u2580";
constexpr const char* kFull = "\u2588";

struct WipeAndFree {
  void operator()(QRcode* code) const {
    const auto width = static_cast<size_t>(code->width);
    explicit_bzero(code->data, width * width);
    QRcode_free(code);
  }
};

const char* half_blocks(bool upper, bool lower) {
  if (upper && lower) return kFull;
  if (upper) return kUpper;
  return lower ? kLower : " ";
}

}  // namespace

QrCode::~QrCode() {
  // Empty after a move, and then there is no address either.
  if (!dark_.empty()) explicit_bzero(dark_.data(), dark_.size());
}

Result<QrCode> QrCode::of(std::string_view text) {
  const std::unique_ptr<QRcode, WipeAndFree> code(
      QRcode_encodeData(static_cast<int>(text.size()),
                        reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M));
  if (!code)
    return make_error(ErrorKind::internal, std::string("no QR code: ") + std::strerror(errno));
  const auto inner = static_cast<size_t>(code->width);
  const size_t width = inner + 2 * kQuiet;
  std::vector<unsigned char> dark(width * width, 0);
  for (size_t row = 0; row < inner; ++row)
    for (size_t column = 0; column < inner; ++column)
      dark[(row + kQuiet) * width + column + kQuiet] = code->data[row * inner + column] & 1;
  return QrCode(width, std::move(dark));
}

bool QrCode::is_dark(size_t row, size_t column) const {
  return row < width_ && dark_[row * width_ + column] != 0;
}

std::string QrCode::for_terminal(bool colours) const {
  std::string text;
  for (size_t row = 0; row < width_; row += 2) {
    if (colours) text += kBlackOnWhite;
    for (size_t column = 0; column < width_; ++column) {
      const bool upper = is_dark(row, column);
      const bool lower = is_dark(row + 1, column);
      // Without colours of our own, what the terminal writes is taken to be light.
      text += colours ? half_blocks(upper, lower) : half_blocks(!upper, !lower);
    }
    if (colours) text += kPlain;
    text += '\n';
  }
  return text;
}

Result<void> QrCode::write_png(const std::string& path) const {
  const auto failed = [&path] {
    return make_error(ErrorKind::permission, path + ": " + std::strerror(errno));
  };
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return failed();
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(fdopen(fd.get(), "wb"), std::fclose);
  if (!file) return failed();
  (void)fd.release();

  const size_t side = width_ * kPixels;
  std::vector<unsigned char> pixels(side * side, 255);
  for (size_t row = 0; row < side; ++row)
    for (size_t column = 0; column < side; ++column)
      if (is_dark(row / kPixels, column / kPixels)) pixels[row * side + column] = 0;
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = static_cast<png_uint_32>(side);
  image.format = PNG_FORMAT_GRAY;
  const bool written =
      png_image_write_to_stdio(&image, file.get(), 0, pixels.data(), 0, nullptr) != 0 &&
      std::fflush(file.get()) == 0;
  explicit_bzero(pixels.data(), pixels.size());
  if (written) return {};
  unlink(path.c_str());
  return make_error(ErrorKind::unavailable, path + ": the picture could not be written");
}

}  // namespace sms2fa
