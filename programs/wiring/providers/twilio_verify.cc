// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/twilio_verify.h"

#include <span>
#include <utility>

#include "programs/wiring/providers/provider.h"
#include "programs/wiring/providers/twilio_keys.h"

namespace sms2fa {

namespace {

class TwilioVerifyProvider final : public FilledByRows<TwilioVerifyProvider, NetworkProvider> {
 public:
  static std::span<const Key<TwilioVerifyProvider>> keys();

  void complete(const std::string& name, bool voice, const KeyRules& rules) override {
    gateway.name = name;
    gateway.voice = voice;
    check_twilio_account(rules);
    rules.require("verify_service_sid");
  }
  std::string url() const override { return gateway.base_url; }
  std::vector<Credential> credentials() const override { return credentials_of(gateway.account); }

  Result<std::unique_ptr<Gateway>> make(std::shared_ptr<HttpTransport> transport,
                                        const Clock&) const override {
    return std::unique_ptr<Gateway>(std::make_unique<TwilioVerify>(gateway, std::move(transport)));
  }

  TwilioVerifyOptions gateway;
};

constexpr auto kGateway = &TwilioVerifyProvider::gateway;

constexpr Key<TwilioVerifyProvider> kOwnKeys[] = {
    {"verify_service_sid",
     value<take_sid_of<'V', 'A'>, kGateway, &TwilioVerifyOptions::service_sid>,
     needed("VA00000000000000000000000000000000"), ""},
    {"base_url", value<take_base_url, kGateway, &TwilioVerifyOptions::base_url>,
     "https://verify.twilio.com", ""},
};

std::span<const Key<TwilioVerifyProvider>> TwilioVerifyProvider::keys() {
  static constexpr auto kKeys = joined<TwilioVerifyProvider>(
      twilio_account_keys<TwilioVerifyProvider>(), kOwnKeys, kNetworkKeys<TwilioVerifyProvider>);
  return kKeys;
}

}  // namespace

ProviderType twilio_verify_type() {
  return provider_type<TwilioVerifyProvider>("twilio-verify", "Twilio makes and checks the codes",
                                             true);
}

}  // namespace sms2fa
