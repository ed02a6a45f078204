// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "lib/base/secret.h"
#include "lib/config/key_rows.h"
#include "programs/wiring/providers/provider.h"

// What Telnyx's services have in common.
namespace sms2fa {

// Own::gateway.api_key is the key.
template <typename Own>
constexpr std::array<Key<Own>, 2> telnyx_account_keys() {
  constexpr auto kGateway = &Own::gateway;
  constexpr auto kApiKey = &decltype(Own::gateway)::api_key;
  return {{
      {"api_key_file", unset<take_secret_file, kGateway, kApiKey>, needed("/etc/sms2fa/telnyx.key"),
       ""},
      {"api_key", unset<take_secret, kGateway, kApiKey>, instead("KEY..."), ""},
  }};
}

inline std::vector<Credential> credentials_of(const Secret& api_key) {
  const auto key = api_key.reveal();
  return {{"api_key", key, key.starts_with("KEY"), "Telnyx's, which begin with KEY"}};
}

}  // namespace sms2fa
