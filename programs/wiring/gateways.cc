// SPDX-License-Identifier: Apache-2.0
#include "programs/wiring/gateways.h"

#include <utility>

#include "programs/wiring/providers/provider.h"

namespace sms2fa {

namespace {

// Every type of provider_types() makes options of this class.
const Provider& provider_of(const ProviderSettings& settings) {
  return static_cast<const Provider&>(*settings.options);
}

Result<std::shared_ptr<HttpTransport>> transport_for(const Provider& provider,
                                                     Transports& transports) {
  const NetworkSettings* const network = provider.network();
  if (network == nullptr) return std::shared_ptr<HttpTransport>();
  return transports.get(*network);
}

}  // namespace

Result<std::vector<std::unique_ptr<Gateway>>> make_gateways(const DeliverySettings& settings,
                                                            Transports& transports,
                                                            const Clock& clock) {
  std::vector<std::unique_ptr<Gateway>> gateways;
  for (const ProviderSettings& each : settings.providers) {
    const Provider& provider = provider_of(each);
    auto transport = transport_for(provider, transports);
    if (!transport) return transport.error();
    auto gateway = provider.make(std::move(*transport), clock);
    if (!gateway) return gateway.error();
    gateways.push_back(std::move(*gateway));
  }
  return gateways;
}

std::string url_of(const ProviderSettings& settings) {
  return provider_of(settings).url();
}

Result<std::unique_ptr<Messenger>> look_up_before(std::unique_ptr<Messenger> messenger,
                                                  const DeliverySettings& settings,
                                                  Transports& transports, const Clock& clock) {
  for (const ProviderSettings& each : settings.providers) {
    const Provider& provider = provider_of(each);
    if (!provider.looks_up()) continue;
    auto transport = transport_for(provider, transports);
    if (!transport) return transport.error();
    return provider.look_up_before(std::move(messenger), std::move(*transport), clock);
  }
  return messenger;
}

}  // namespace sms2fa
