// SPDX-License-Identifier: Apache-2.0
#include "programs/wiring/transports.h"

#include "lib/delivery/curl_http.h"

namespace sms2fa {

Result<Transports> Transports::read(const DeliverySettings& settings) {
  Transports transports;
  for (const ProviderSettings& provider : settings.providers) {
    if (provider.type == ProviderType::outbox) continue;
    Pool& pool = transports.pools_[{provider.ca_file, provider.proxy}];
    if (pool.trust) continue;
    auto trust = load_trust(provider.ca_file.empty() ? kSystemCaFile : provider.ca_file);
    if (!trust) return trust.error();
    pool.trust = std::move(*trust);
  }
  return transports;
}

Result<std::shared_ptr<HttpTransport>> Transports::get(const ProviderSettings& settings) {
  Pool& pool = pools_[{settings.ca_file, settings.proxy}];
  if (!pool.transport) {
    auto made = CurlHttp::create({settings.ca_file, settings.proxy}, std::move(pool.trust));
    if (!made) return made.error();
    pool.transport = std::move(*made);
  }
  return pool.transport;
}

}  // namespace sms2fa
