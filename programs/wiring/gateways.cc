// SPDX-License-Identifier: Apache-2.0
#include "programs/wiring/gateways.h"

#include <utility>

#include "lib/delivery/outbox.h"
#include "lib/delivery/telnyx.h"
#include "lib/delivery/twilio.h"

namespace sms2fa {

namespace {

using Made = Result<std::unique_ptr<Gateway>>;

std::unique_ptr<Gateway> make_twilio(const ProviderSettings& settings, bool voice,
                                     std::shared_ptr<HttpTransport> transport) {
  return std::make_unique<Twilio>(
      TwilioOptions{.name = settings.name,
                    .account_sid = settings.account_sid,
                    .auth_token = settings.auth_token.clone(),
                    .api_key_sid = settings.api_key_sid,
                    .api_key_secret = settings.api_key_secret.clone(),
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
    case ProviderType::http:
    case ProviderType::outbox:
      break;
  }
  return make_error(ErrorKind::configuration,
                    "[provider " + settings.name + "]: type = http is not supported yet");
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

}  // namespace sms2fa
