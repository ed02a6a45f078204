// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/gateway.h"
#include "programs/sms2fa/doctor.h"
#include "programs/wiring/gateways.h"
#include "programs/wiring/transports.h"

namespace sms2fa {

namespace {

void judge(const std::string& name, const std::optional<SendReport>& report, Findings& findings) {
  const std::string provider = "provider " + name;
  if (!report)
    return findings.add(Severity::note, provider +
                                            " can't be asked without sending; see whether a "
                                            "message arrives: sms2fa send USER --provider " +
                                            name);
  switch (report->status) {
    case SendStatus::accepted:
      return findings.add(Severity::ok, provider + " answers and knows our account");
    case SendStatus::credentials:
      return findings.add(make_error(ErrorKind::configuration,
                                     provider + " refuses our account or key (" + report->detail +
                                         "); compare its section in sms2fa.conf with the "
                                         "provider's console"));
    case SendStatus::ambiguous:
    case SendStatus::number_cannot_sms:
    case SendStatus::number_refused:
    case SendStatus::try_elsewhere:
    case SendStatus::blocked:
    case SendStatus::not_permitted:
      return findings.add(make_error(ErrorKind::unavailable,
                                     provider + " gives no clear answer (" + report->detail +
                                         "); look after network, name server, base_url, proxy and "
                                         "ca_file"));
  }
}

}  // namespace

void check_providers(const std::string& path, Findings& findings) {
  const auto settings = read_configuration(path);
  if (!settings) return findings.add(settings.error());
  auto transports = Transports::read(settings->delivery);
  if (!transports) return findings.add(transports.error());
  const SystemClock clock;
  const auto gateways = make_gateways(settings->delivery, *transports, clock);
  if (!gateways) return findings.add(gateways.error());
  for (const auto& gateway : *gateways)
    judge(gateway->name(), gateway->check_credentials(clock.now() + settings->delivery.deadline),
          findings);
}

}  // namespace sms2fa
