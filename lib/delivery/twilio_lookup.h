// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "lib/delivery/http.h"
#include "lib/delivery/lookup.h"

namespace sms2fa {

struct TwilioLookupOptions {
  Secret authorization;  // HTTP Basic
  std::string base_url = "https://lookups.twilio.com";
  bool line_type = false;
  bool sim_swap = false;
  bool pumping_risk = false;
};

// Lookup v2, https://www.twilio.com/docs/lookup/v2-api. Each field is paid for. Where one has an
// error code of its own, or lacks its value, the number is not known.
class TwilioLookup final : public NumberLookup {
 public:
  TwilioLookup(TwilioLookupOptions options, std::shared_ptr<HttpTransport> transport);
  NumberFacts look_up(const PhoneNumber& number, SteadyTime deadline) override;
  void keep_warm() override { transport_->keep_warm(base_url_); }

 private:
  const TwilioLookupOptions options_;
  const std::string base_url_;
  const std::string fields_;
  const std::shared_ptr<HttpTransport> transport_;
};

}  // namespace sms2fa
