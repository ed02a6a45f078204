// SPDX-License-Identifier: Apache-2.0
#include "programs/wiring/transports.h"

#include "lib/delivery/curl_http.h"

namespace sms2fa {

Result<Transports> Transports::read(const DeliverySettings& settings) {
  Transports transports;
  for (const ProviderSettings& provider : settings.providers) {
    const NetworkSettings* const network = provider.options->network();
    if (network == nullptr) continue;
    Pool& pool = transports.pools_[{network->ca_file, network->proxy}];
    if (pool.trust) continue;
    auto trust = load_trust(network->ca_file.empty() ? kSystemCaFile : network->ca_file);
    if (!trust) return trust.error();
    pool.trust = std::move(*trust);
  }
  return transports;
}

Result<std::shared_ptr<HttpTransport>> Transports::get(const NetworkSettings& network) {
  Pool& pool = pools_[{network.ca_file, network.proxy}];
  if (!pool.transport) {
    auto made = CurlHttp::create({network.ca_file, network.proxy}, std::move(pool.trust));
    if (!made) return made.error();
    pool.transport = std::move(*made);
  }
  return pool.transport;
}

}  // namespace sms2fa
