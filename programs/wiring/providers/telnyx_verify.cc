// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/telnyx_verify.h"

#include <span>
#include <utility>

#include "programs/wiring/providers/provider.h"
#include "programs/wiring/providers/telnyx_keys.h"

namespace sms2fa {

namespace {

class TelnyxVerifyProvider final : public FilledByRows<TelnyxVerifyProvider, NetworkProvider> {
 public:
  static std::span<const Key<TelnyxVerifyProvider>> keys();

  void complete(const std::string& name, bool voice, const KeyRules& rules) override {
    gateway.name = name;
    gateway.voice = voice;
    rules.require_one_of({"api_key", "api_key_file"});
    rules.require("verify_profile_id");
  }
  std::string url() const override { return gateway.base_url; }
  std::vector<Credential> credentials() const override { return credentials_of(gateway.api_key); }

  Result<std::unique_ptr<Gateway>> make(std::shared_ptr<HttpTransport> transport,
                                        const Clock&) const override {
    return std::unique_ptr<Gateway>(std::make_unique<TelnyxVerify>(gateway, std::move(transport)));
  }

  TelnyxVerifyOptions gateway;
};

constexpr auto kGateway = &TelnyxVerifyProvider::gateway;

constexpr Key<TelnyxVerifyProvider> kOwnKeys[] = {
    {"verify_profile_id", value<take_token, kGateway, &TelnyxVerifyOptions::verify_profile_id>,
     needed("00000000-0000-0000-0000-000000000000"), ""},
    {"base_url", value<take_base_url, kGateway, &TelnyxVerifyOptions::base_url>,
     "https://api.telnyx.com/v2", ""},
};

std::span<const Key<TelnyxVerifyProvider>> TelnyxVerifyProvider::keys() {
  static constexpr auto kKeys = joined<TelnyxVerifyProvider>(
      telnyx_account_keys<TelnyxVerifyProvider>(), kOwnKeys, kNetworkKeys<TelnyxVerifyProvider>);
  return kKeys;
}

}  // namespace

ProviderType telnyx_verify_type() {
  return provider_type<TelnyxVerifyProvider>("telnyx-verify", "Telnyx makes and checks the codes",
                                             true);
}

}  // namespace sms2fa
