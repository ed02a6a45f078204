// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "lib/base/result.h"
#include "lib/config/configuration.h"
#include "lib/delivery/http.h"
#include "lib/delivery/tls_context.h"

namespace sms2fa {

// One connection pool for all providers that trust the same authorities by the same way. Made in
// two steps, because the daemon reads files before it enters its sandbox and starts threads after.
class Transports {
 public:
  // Reads the CA certificates of every provider that speaks HTTP. Starts nothing.
  static Result<Transports> read(const DeliverySettings& settings);

  // The pool for one of these providers, with a thread of its own from the first call on.
  Result<std::shared_ptr<HttpTransport>> get(const NetworkSettings& network);

 private:
  struct Pool {
    TrustStore trust;
    std::shared_ptr<HttpTransport> transport;
  };
  std::map<std::pair<std::string, std::string>, Pool> pools_;  // by CA file and proxy
};

}  // namespace sms2fa
