// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/config/key_rows.h"
#include "lib/config/key_rules.h"
#include "lib/config/provider_type.h"
#include "lib/config/url_values.h"
#include "lib/delivery/gateway.h"
#include "lib/delivery/http.h"
#include "lib/delivery/messenger.h"

namespace sms2fa {

// What the files here make of their [provider NAME]: all options that
// programs/wiring/provider_types.h reads are of this class.
class Provider : public ProviderOptions {
 public:
  // `transport` is null where network() is; `clock` must outlive the gateway.
  virtual Result<std::unique_ptr<Gateway>> make(std::shared_ptr<HttpTransport> transport,
                                                const Clock& clock) const = 0;

  // The URL that is asked, or "" where nothing is.
  virtual std::string url() const { return {}; }

  // Whether it looks at numbers before a message goes to them, by whichever provider; and the
  // messenger behind that look-up. `clock` must outlive it.
  virtual bool looks_up() const { return false; }
  virtual std::unique_ptr<Messenger> look_up_before(std::unique_ptr<Messenger> messenger,
                                                    std::shared_ptr<HttpTransport> /*transport*/,
                                                    const Clock& /*clock*/) const {
    return messenger;
  }
};

// One that is reached over the network.
class NetworkProvider : public Provider {
 public:
  const NetworkSettings* network() const final { return &way; }
  NetworkSettings way;
};

template <typename Own>
constexpr std::array<Key<Own>, 2> kNetworkKeys = {{
    {"ca_file", value<take_path, &NetworkProvider::way, &NetworkSettings::ca_file>,
     such_as("/etc/ssl/certs/ca-certificates.crt"), "default: the system's"},
    {"proxy", value<take_proxy, &NetworkProvider::way, &NetworkSettings::proxy>,
     such_as("http://proxy.example.net:3128"), "default: none, whatever the environment says"},
}};

// The rows of several tables as one.
template <typename Own, typename... Tables>
constexpr auto joined(const Tables&... tables) {
  std::array<Key<Own>, (std::size(Tables{}) + ...)> all;
  auto next = all.begin();
  ((next = std::copy(std::begin(tables), std::end(tables), next)), ...);
  return all;
}

// A type whose options `Own` are filled by the rows Own::keys().
template <typename Own, typename Base>
class FilledByRows : public Base {
 public:
  std::string take(std::string_view key, std::string_view value) final {
    return take_value(*find_key(Own::keys(), key), key, value, static_cast<Own&>(*this));
  }
};

template <typename Own>
constexpr ProviderType provider_type(std::string_view name, std::string_view remark,
                                     bool makes_codes = false) {
  return {name,
          remark,
          makes_codes,
          []() -> std::unique_ptr<ProviderOptions> { return std::make_unique<Own>(); },
          [] {
            std::vector<std::string_view> names;
            for (const auto& key : Own::keys()) names.push_back(key.name);
            return names;
          },
          [] { return describe(Own::keys()); }};
}

// A number in E.164 form.
std::string take_number(std::string_view text, std::string& out);

// Text whose shape only the other keys tell.
std::string take_text(std::string_view text, std::string& out);

// Into E.164 form. False, and untouched, when it is no number in international form.
bool normalise_number(std::string& number);

inline constexpr const char* kNotInternational =
    "must be a number in international form, such as +15005550006";

}  // namespace sms2fa
