// SPDX-License-Identifier: Apache-2.0
#include "lib/otp/backup_code.h"

#include <crypt.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <semaphore>

namespace sms2fa {

namespace {

// Crockford's: 32 characters, 5 bits each.
constexpr std::string_view kCharacters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kHalf = 5;
constexpr size_t kCharactersInCode = 2 * kHalf;
constexpr const char* kMethod = "$y$";
constexpr unsigned long kCost = 5;  // crypt(5)'s default for yescrypt: "j9T"
constexpr size_t kSaltBytes = 16;

std::counting_semaphore<2> hashing{2};

class Turn {
 public:
  Turn() { hashing.acquire(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { hashing.release(); }
};

// 32 KiB that hold the answer and much of what was computed from it.
struct WipeAndFree {
  void operator()(crypt_data* data) const {
    OPENSSL_cleanse(data, sizeof *data);
    std::free(data);
  }
};
using CryptData = std::unique_ptr<crypt_data, WipeAndFree>;

char canonical(char c) {
  const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (upper == 'O') return '0';
  if (upper == 'I' || upper == 'L') return '1';
  return upper;
}

// As it would look had it been typed like the code, at most one character longer than any, so that
// a longer answer can't match, and without the NUL that would end it early for crypt_r().
Secret canonical(std::string_view answer) {
  std::string kept;
  kept.reserve(kCharactersInCode + 2);
  for (const char c : answer) {
    if (c == ' ' || c == '-') continue;
    if (kept.size() > kCharactersInCode) break;
    kept += c == '\0' ? '?' : canonical(c);
  }
  kept += '\0';
  Secret result(kept);
  wipe(kept);
  return result;
}

Result<Secret> make_code(Random& random) {
  Secret code(std::string(kCharactersInCode + 1, '-'));
  for (size_t i = 0; i < code.size(); ++i) {
    if (i == kHalf) continue;
    const auto drawn = random.below(kCharacters.size());
    if (!drawn) return drawn.error();
    code.writable()[i] = kCharacters[*drawn];
  }
  return code;
}

}  // namespace

bool has_form_of_backup_code(std::string_view answer) {
  const Secret given = canonical(answer);
  const std::string_view text = given.reveal().substr(0, given.size() - 1);
  return text.size() == kCharactersInCode &&
         text.find_first_not_of(kCharacters) == std::string_view::npos;
}

Result<std::vector<Secret>> make_backup_codes(Random& random) {
  std::vector<Secret> codes;
  while (codes.size() < kBackupCodes) {
    auto code = make_code(random);
    if (!code) return code.error();
    const bool is_new = std::none_of(codes.begin(), codes.end(), [&](const Secret& other) {
      return equal_in_constant_time(other, *code);
    });
    if (is_new) codes.push_back(std::move(*code));
  }
  return codes;
}

Result<std::string> make_backup_parameters(Random& random) {
  std::array<unsigned char, kSaltBytes> salt{};
  if (auto filled = random.fill(salt); !filled) return filled.error();
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  const char* const made =
      crypt_gensalt_rn(kMethod, kCost, reinterpret_cast<const char*>(salt.data()), salt.size(),
                       setting.data(), setting.size());
  if (made == nullptr)
    return make_error(ErrorKind::internal, "libcrypt makes no yescrypt parameters");
  return std::string(setting.data());
}

const std::string& dummy_backup_parameters() {
  static const std::string parameters = "$y$j9T$nobodyhasthissaltatall.";
  return parameters;
}

Result<std::string> hash_backup_code(const std::string& parameters, std::string_view answer) {
  if (!parameters.starts_with(kMethod))
    return make_error(ErrorKind::internal, "backup codes have unknown parameters");
  const Secret given = canonical(answer);
  const CryptData data(static_cast<crypt_data*>(std::calloc(1, sizeof(crypt_data))));
  if (!data) return make_error(ErrorKind::unavailable, "no memory to check a backup code");
  const Turn turn;
  const char* const hash = crypt_rn(given.reveal().data(), parameters.c_str(), data.get(),
                                    static_cast<int>(sizeof(crypt_data)));
  // "*0" and "*1" are libcrypt's way to say that it failed.
  if (hash == nullptr || hash[0] == '*')
    return make_error(ErrorKind::unavailable, "libcrypt could not hash a backup code");
  return std::string(hash);
}

}  // namespace sms2fa
