// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/mutex.h"
#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/base/secret.h"

namespace sms2fa {

// The first bytes of everything sealed: which key it needs.
inline constexpr size_t kKeyIdSize = 8;

// The keys that enrolled numbers and app keys are sealed with at rest, read from a trusted file
// (key_file.h): the current one first, the one before it second while a rotation is under way.
// AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. Thread-safe.
class KeyRing {
 public:
  // Reads nothing yet. Without the file nothing can be sealed or opened; the file is read again
  // when something needs a key that is not known, so that a rotation needs no restart.
  explicit KeyRing(std::string path) : path_(std::move(path)) {}

  // Whether there is a key to work with; if not, the error says why, with the path.
  Result<void> check();

  // `context` (what it is and whose) must be the same for opening: nobody's sealed key serves
  // anybody else.
  Result<std::string> seal(std::string_view context, const Secret& plain, Random& random);
  Result<Secret> open(std::string_view context, std::string_view sealed);

  // The current key's id.
  Result<std::string> current_id();

  const std::string& path() const { return path_; }

 private:
  struct Key {
    std::string id;
    Secret bytes;
  };
  Result<void> read() REQUIRES(mutex_);
  Result<const Key*> current() REQUIRES(mutex_);
  const Key* find(std::string_view id) const REQUIRES(mutex_);

  const std::string path_;
  Mutex mutex_;
  std::vector<Key> keys_ GUARDED_BY(mutex_);
};

}  // namespace sms2fa
