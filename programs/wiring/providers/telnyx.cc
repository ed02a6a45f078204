// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/telnyx.h"

#include <span>
#include <utility>

#include "programs/wiring/providers/provider.h"
#include "programs/wiring/providers/telnyx_keys.h"

namespace sms2fa {

namespace {

// Telnyx, "Alphanumeric Sender ID".
constexpr size_t kLongestSenderName = 11;

// A name that may stand in place of the sender's number: letters, digits and blanks, one letter at
// least.
bool is_sender_name(std::string_view text) {
  bool has_letter = false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    has_letter = has_letter || letter;
    if (!letter && c != ' ' && !(c >= '0' && c <= '9')) return false;
  }
  return has_letter && text.size() <= kLongestSenderName;
}

class TelnyxProvider final : public FilledByRows<TelnyxProvider, NetworkProvider> {
 public:
  static std::span<const Key<TelnyxProvider>> keys();

  void complete(const std::string& name, bool voice, const KeyRules& rules) override {
    gateway.name = name;
    rules.require_one_of({"api_key", "api_key_file"});
    rules.require("from");
    const bool has_number = normalise_number(gateway.from);
    if (rules.has("from") && !has_number) {
      if (!is_sender_name(gateway.from))
        rules.refuse("from",
                     "must be a number in international form, or a name of up to 11 letters, "
                     "digits and blanks");
      else if (!rules.has("messaging_profile_id"))
        rules.refuse("from", "a name needs messaging_profile_id");
    }
    if (gateway.calls.from.empty() && has_number) gateway.calls.from = gateway.from;
    if (!voice) gateway.calls.from.clear();
    if (rules.has("account_id") && !rules.has("texml_application_id"))
      rules.refuse("account_id", "goes with texml_application_id");
  }
  std::string url() const override { return gateway.base_url; }
  std::vector<Credential> credentials() const override { return credentials_of(gateway.api_key); }

  Result<std::unique_ptr<Gateway>> make(std::shared_ptr<HttpTransport> transport,
                                        const Clock&) const override {
    return std::unique_ptr<Gateway>(std::make_unique<Telnyx>(gateway, std::move(transport)));
  }

  TelnyxOptions gateway;
};

constexpr auto kGateway = &TelnyxProvider::gateway;
constexpr auto kCalls = &TelnyxOptions::calls;

constexpr Key<TelnyxProvider> kOwnKeys[] = {
    {"from", value<take_text, kGateway, &TelnyxOptions::from>, needed("+13115552368"),
     "or a name of up to 11 characters, with messaging_profile_id"},
    {"messaging_profile_id", value<take_token, kGateway, &TelnyxOptions::messaging_profile_id>,
     such_as("..."), ""},
    {"call_from", value<take_number, kGateway, kCalls, &TelnyxCalls::from>, such_as("+13115552368"),
     "who calls; default: from, when it is a number"},
    {"texml_application_id",
     value<take_token, kGateway, kCalls, &TelnyxCalls::texml_application_id>, such_as("..."),
     "calls need it"},
    {"account_id", value<take_token, kGateway, kCalls, &TelnyxCalls::account_id>, such_as("..."),
     "with it, calls can be followed"},
    {"base_url", value<take_base_url, kGateway, &TelnyxOptions::base_url>,
     "https://api.telnyx.com/v2", ""},
};

std::span<const Key<TelnyxProvider>> TelnyxProvider::keys() {
  static constexpr auto kKeys = joined<TelnyxProvider>(telnyx_account_keys<TelnyxProvider>(),
                                                       kOwnKeys, kNetworkKeys<TelnyxProvider>);
  return kKeys;
}

}  // namespace

ProviderType telnyx_type() {
  return provider_type<TelnyxProvider>("telnyx", "");
}

}  // namespace sms2fa
