// SPDX-License-Identifier: Apache-2.0
#include "programs/wiring/provider_types.h"

namespace sms2fa {

// Each in its own file below providers.
ProviderType twilio_type();
ProviderType telnyx_type();
ProviderType twilio_verify_type();
ProviderType telnyx_verify_type();
ProviderType http_type();
ProviderType outbox_type();

ProviderTypes provider_types() {
  static const ProviderType kTypes[] = {
      twilio_type(),        telnyx_type(), twilio_verify_type(),
      telnyx_verify_type(), http_type(),   outbox_type(),
  };
  return kTypes;
}

Result<Configuration> read_configuration(const std::string& path) {
  return read_configuration(path, provider_types());
}

}  // namespace sms2fa
