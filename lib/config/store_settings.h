// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sms2fa {

enum class StoreType { memory, sqlite };

// [store]
struct StoreSettings {
  StoreType type = StoreType::sqlite;
  std::string path = "/var/lib/sms2fa/state.db";
  // What numbers and app keys in it are sealed with (docs/STORE.md).
  std::string key_file = "/etc/sms2fa/store.key";
};

}  // namespace sms2fa
