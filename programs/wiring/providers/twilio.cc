// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/twilio.h"

#include <algorithm>
#include <span>
#include <utility>

#include "lib/delivery/lookup_messenger.h"
#include "lib/delivery/twilio_lookup.h"
#include "programs/wiring/providers/provider.h"
#include "programs/wiring/providers/twilio_keys.h"

namespace sms2fa {

namespace {

using namespace std::chrono_literals;

class TwilioProvider final : public FilledByRows<TwilioProvider, NetworkProvider> {
 public:
  static std::span<const Key<TwilioProvider>> keys();

  void complete(const std::string& name, bool voice, const KeyRules& rules) override {
    gateway.name = name;
    check_twilio_account(rules);
    rules.require_one_of({"from", "messaging_service_sid"});
    if (rules.has("from") && !normalise_number(gateway.from))
      rules.refuse("from", kNotInternational);
    if (gateway.call_from.empty()) gateway.call_from = gateway.from;
    if (!voice) gateway.call_from.clear();
    if (rules.has("voip") && !lookup.line_type)
      rules.refuse("voip", "goes with lookup = line-type");
    if (rules.has("sim_swap_within") && !lookup.sim_swap)
      rules.refuse("sim_swap_within", "goes with lookup = sim-swap");
  }
  std::string url() const override { return gateway.base_url; }
  std::vector<Credential> credentials() const override { return credentials_of(gateway.account); }

  Result<std::unique_ptr<Gateway>> make(std::shared_ptr<HttpTransport> transport,
                                        const Clock&) const override {
    return std::unique_ptr<Gateway>(std::make_unique<Twilio>(gateway, std::move(transport)));
  }

  bool looks_up() const override {
    return lookup.line_type || lookup.sim_swap || lookup.pumping_risk;
  }
  std::unique_ptr<Messenger> look_up_before(std::unique_ptr<Messenger> messenger,
                                            std::shared_ptr<HttpTransport> transport,
                                            const Clock& clock) const override {
    TwilioLookupOptions options{.authorization = authorization_of(gateway.account),
                                .base_url = lookup.base_url,
                                .line_type = lookup.line_type,
                                .sim_swap = lookup.sim_swap,
                                .pumping_risk = lookup.pumping_risk};
    return std::make_unique<LookupMessenger>(
        std::move(messenger),
        std::make_unique<TwilioLookup>(std::move(options), std::move(transport)), rules_of_numbers,
        clock);
  }

  TwilioOptions gateway;
  TwilioLookupOptions lookup;
  LookupRules rules_of_numbers;
};

enum class LookupField { line_type, sim_swap, pumping_risk };

std::string take_lookup_field(std::string_view text, LookupField& out) {
  constexpr std::pair<std::string_view, LookupField> kFields[] = {
      {"line-type", LookupField::line_type},
      {"sim-swap", LookupField::sim_swap},
      {"pumping-risk", LookupField::pumping_risk}};
  return take_choice(text, kFields, out);
}

std::string take_lookup(std::string_view text, TwilioLookupOptions& out) {
  std::vector<LookupField> fields;
  if (auto reason = take_list(text, take_lookup_field, fields); !reason.empty()) return reason;
  const auto wants = [&](LookupField field) {
    return std::find(fields.begin(), fields.end(), field) != fields.end();
  };
  out.line_type = wants(LookupField::line_type);
  out.sim_swap = wants(LookupField::sim_swap);
  out.pumping_risk = wants(LookupField::pumping_risk);
  return {};
}

constexpr std::pair<std::string_view, bool> kVoip[] = {{"allow", true}, {"refuse", false}};

constexpr auto kGateway = &TwilioProvider::gateway;
constexpr auto kLookup = &TwilioProvider::lookup;
constexpr auto kRules = &TwilioProvider::rules_of_numbers;

constexpr Key<TwilioProvider> kOwnKeys[] = {
    {"from", value<take_text, kGateway, &TwilioOptions::from>, needed("+15005550006"), ""},
    {"messaging_service_sid",
     value<take_sid_of<'M', 'G'>, kGateway, &TwilioOptions::messaging_service_sid>,
     instead("MG..."), ""},
    {"call_from", value<take_number, kGateway, &TwilioOptions::call_from>, such_as("+15005550006"),
     "who calls; default: from"},
    {"redact_after_delivery", value<take_flag, kGateway, &TwilioOptions::redact_after_delivery>,
     "no", "yes: empties a message's text at Twilio once it has arrived"},
    {"lookup", unset<take_lookup, kLookup>, such_as("line-type, sim-swap, pumping-risk"),
     "asked before each message, by whichever provider; default: none"},
    {"voip", choice<kVoip, kRules, &LookupRules::voip_allowed>, "allow",
     "or refuse: no message to VoIP numbers"},
    {"sim_swap_within", duration<kRules, &LookupRules::sim_swap_within>(1h, std::chrono::days(30)),
     "72h", "no message to a number whose SIM card was swapped since"},
    {"lookup_required", value<take_flag, kRules, &LookupRules::required>, "no",
     "yes: no message when the look-up fails"},
    {"lookup_url", value<take_base_url, kLookup, &TwilioLookupOptions::base_url>,
     "https://lookups.twilio.com", ""},
    {"base_url", value<take_base_url, kGateway, &TwilioOptions::base_url>, "https://api.twilio.com",
     ""},
};

std::span<const Key<TwilioProvider>> TwilioProvider::keys() {
  static constexpr auto kKeys = joined<TwilioProvider>(twilio_account_keys<TwilioProvider>(),
                                                       kOwnKeys, kNetworkKeys<TwilioProvider>);
  return kKeys;
}

}  // namespace

ProviderType twilio_type() {
  return provider_type<TwilioProvider>("twilio", "");
}

}  // namespace sms2fa
