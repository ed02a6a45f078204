// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/store/database.h"
#include "lib/store/state_place.h"
#include "lib/store/store_time.h"

namespace sms2fa {

using StoreKey = std::array<unsigned char, 32>;

// The store's file, open and found sound.
struct StateFile {
  StatePlace place;
  Database database;
  StoreKey decoy_key{};
  StoreKey rate_limit_key{};  // of the keyed hashes that stand for numbers, users and sources in
                              // rate limits
};

enum class Missing { create, refuse };

// Opens the store at `path`, brings its schema up to date and its clock into this boot, and moves
// what a crash left in the log into the file. When there is no file and there has never been one,
// makes it, if `missing` allows. Waits at most `patience` for another process's lock.
//
// Refused, and left byte for byte as it is: permission for owners, modes and kinds of file
// (StatePlace); configuration for a file of another program or of a newer sms2fa; unavailable for
// one that is damaged (PRAGMA quick_check), gone, locked, or on a disk that fails or is full.
Result<StateFile> open_state(const std::string& path, Missing missing, Milliseconds patience,
                             Random& random, const TimeSource& time);

}  // namespace sms2fa
