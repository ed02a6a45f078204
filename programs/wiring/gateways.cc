// SPDX-License-Identifier: Apache-2.0
#include "programs/wiring/gateways.h"

#include <utility>

#include "lib/delivery/generic_http.h"
#include "lib/delivery/lookup_messenger.h"
#include "lib/delivery/outbox.h"
#include "lib/delivery/telnyx.h"
#include "lib/delivery/telnyx_verify.h"
#include "lib/delivery/twilio.h"
#include "lib/delivery/twilio_lookup.h"
#include "lib/delivery/twilio_verify.h"

namespace sms2fa {

namespace {

using Made = Result<std::unique_ptr<Gateway>>;

TwilioAccount account_of(const ProviderSettings& settings) {
  return {.sid = settings.account_sid,
          .auth_token = settings.auth_token.clone(),
          .api_key_sid = settings.api_key_sid,
          .api_key_secret = settings.api_key_secret.clone()};
}

std::unique_ptr<Gateway> make_twilio(const ProviderSettings& settings, bool voice,
                                     std::shared_ptr<HttpTransport> transport) {
  return std::make_unique<Twilio>(
      TwilioOptions{.name = settings.name,
                    .account = account_of(settings),
                    .from = settings.from,
                    .messaging_service_sid = settings.messaging_service_sid,
                    .base_url = settings.base_url,
                    .call_from = voice ? settings.call_from : std::string(),
                    .redact_after_delivery = settings.redact_after_delivery},
      std::move(transport));
}

std::unique_ptr<Gateway> make_telnyx(const ProviderSettings& settings, bool voice,
                                     std::shared_ptr<HttpTransport> transport) {
  return std::make_unique<Telnyx>(
      TelnyxOptions{.name = settings.name,
                    .api_key = settings.api_key.clone(),
                    .from = settings.from,
                    .messaging_profile_id = settings.messaging_profile_id,
                    .base_url = settings.base_url,
                    .calls = {.account_id = settings.account_id,
                              .texml_application_id = settings.texml_application_id,
                              .from = voice ? settings.call_from : std::string()}},
      std::move(transport));
}

std::unique_ptr<Gateway> make_twilio_verify(const ProviderSettings& settings, bool voice,
                                            std::shared_ptr<HttpTransport> transport) {
  return std::make_unique<TwilioVerify>(
      TwilioVerifyOptions{.name = settings.name,
                          .account = account_of(settings),
                          .service_sid = settings.verify_service_sid,
                          .base_url = settings.base_url,
                          .voice = voice},
      std::move(transport));
}

std::unique_ptr<Gateway> make_telnyx_verify(const ProviderSettings& settings, bool voice,
                                            std::shared_ptr<HttpTransport> transport) {
  return std::make_unique<TelnyxVerify>(
      TelnyxVerifyOptions{.name = settings.name,
                          .api_key = settings.api_key.clone(),
                          .verify_profile_id = settings.verify_profile_id,
                          .base_url = settings.base_url,
                          .voice = voice},
      std::move(transport));
}

Made make_generic(const ProviderSettings& settings, std::shared_ptr<HttpTransport> transport) {
  GenericHttpOptions options{.name = settings.name,
                             .method = settings.method,
                             .url = settings.url,
                             .query = settings.query,
                             .form = settings.form,
                             .json = settings.json,
                             .headers = {},
                             .basic_user = settings.basic_user,
                             .basic_password = settings.basic_password.clone(),
                             .success_status = settings.success_status,
                             .success_match = settings.success_match,
                             .only_to = PhoneNumber::parse_international(settings.only_to)};
  for (const auto& [name, value] : settings.headers) options.headers.emplace(name, value.clone());
  auto gateway = GenericHttp::create(std::move(options), std::move(transport));
  if (!gateway) return gateway.error();
  return std::unique_ptr<Gateway>(std::move(*gateway));
}

Made make_outbox(const ProviderSettings& settings, bool voice, const Clock& clock) {
  auto outbox = Outbox::create(settings.name, settings.directory, voice, clock);
  if (!outbox) return outbox.error();
  return std::unique_ptr<Gateway>(std::move(*outbox));
}

Made make_gateway(const ProviderSettings& settings, bool voice, Transports& transports,
                  const Clock& clock) {
  if (settings.type == ProviderType::outbox) return make_outbox(settings, voice, clock);
  auto transport = transports.get(settings);
  if (!transport) return transport.error();
  switch (settings.type) {
    case ProviderType::twilio:
      return make_twilio(settings, voice, std::move(*transport));
    case ProviderType::telnyx:
      return make_telnyx(settings, voice, std::move(*transport));
    case ProviderType::twilio_verify:
      return make_twilio_verify(settings, voice, std::move(*transport));
    case ProviderType::telnyx_verify:
      return make_telnyx_verify(settings, voice, std::move(*transport));
    case ProviderType::http:
      return make_generic(settings, std::move(*transport));
    case ProviderType::outbox:
      break;
  }
  return make_error(ErrorKind::internal, "a provider of no type");
}

}  // namespace

Result<std::vector<std::unique_ptr<Gateway>>> make_gateways(const DeliverySettings& settings,
                                                            Transports& transports,
                                                            const Clock& clock) {
  std::vector<std::unique_ptr<Gateway>> gateways;
  for (const ProviderSettings& provider : settings.providers) {
    auto gateway = make_gateway(provider, settings.voice, transports, clock);
    if (!gateway) return gateway.error();
    gateways.push_back(std::move(*gateway));
  }
  return gateways;
}

Result<std::unique_ptr<Messenger>> look_up_before(std::unique_ptr<Messenger> messenger,
                                                  const DeliverySettings& settings,
                                                  Transports& transports, const Clock& clock) {
  for (const ProviderSettings& provider : settings.providers) {
    const LookupSettings& wish = provider.lookup;
    if (!wish.wanted()) continue;
    auto transport = transports.get(provider);
    if (!transport) return transport.error();
    TwilioLookupOptions options{.authorization = authorization_of(account_of(provider)),
                                .base_url = wish.base_url,
                                .line_type = wish.line_type,
                                .sim_swap = wish.sim_swap,
                                .pumping_risk = wish.pumping_risk};
    return std::unique_ptr<Messenger>(std::make_unique<LookupMessenger>(
        std::move(messenger),
        std::make_unique<TwilioLookup>(std::move(options), std::move(*transport)),
        LookupRules{wish.voip_allowed, wish.sim_swap_within, wish.required}, clock));
  }
  return messenger;
}

}  // namespace sms2fa
