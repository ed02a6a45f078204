// SPDX-License-Identifier: Apache-2.0
#include <netdb.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include "lib/base/text.h"
#include "lib/delivery/gateway.h"
#include "lib/delivery/http.h"
#include "lib/delivery/tls_context.h"
#include "programs/sms2fa/doctor/doctor.h"
#include "programs/wiring/gateways.h"
#include "programs/wiring/transports.h"

namespace sms2fa {

namespace {

// The host that is asked, without a port.
std::string host_of(const ProviderSettings& settings) {
  const std::string address = url_of(settings);
  std::string_view url = address;
  url.remove_prefix(std::min(url.size(), url.find("//") + 2));
  url = url.substr(0, url.find('/'));
  if (url.starts_with('[')) return std::string(url.substr(1, url.find(']') - 1));
  return std::string(url.substr(0, url.find(':')));
}

NetworkSettings network_of(const ProviderSettings& settings) {
  const NetworkSettings* const network = settings.options->network();
  return network == nullptr ? NetworkSettings() : *network;
}

// Why nobody can say where a host is; empty when somebody does.
std::string why_nameless(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) return gai_strerror(error);
  freeaddrinfo(found);
  return {};
}

bool says(const std::string& detail, int error) {
  return detail.ends_with(X509_verify_cert_error_string(error));
}

// What a refused certificate takes.
std::string how_to_trust(const ProviderSettings& settings, const std::string& detail,
                         const DaemonWord& word) {
  const std::string host = escape(host_of(settings));
  const std::string ca_file = network_of(settings).ca_file;
  const std::string file = ca_file.empty() ? "" : escape(ca_file);
  if (says(detail, X509_V_ERR_CERT_HAS_EXPIRED)) {
    if (const auto expired = file.empty() ? std::nullopt : expired_authority(ca_file))
      return file + " has the certificate of an authority (" + escape(expired->name) +
             ") whose time was over on " + expired->day +
             "; put the authority's new one there, then: " + word.how_to_reload();
    return "the operator of " + host +
           " has to renew it, unless this machine's clock is wrong: date";
  }
  if (says(detail, X509_V_ERR_CERT_NOT_YET_VALID))
    return "this machine's clock is behind: timedatectl set-ntp true";
  return "see who signs for " + host + ", and put the authority's certificate into " +
         (file.empty() ? "a file that ca_file names" : file) +
         "; if that is nobody you know, somebody else answers in its place";
}

std::string what_to_do(const ProviderSettings& settings, const std::string& detail,
                       const DaemonWord& word) {
  const std::string host = escape(host_of(settings));
  if (detail.starts_with(kCertificateRefused)) return how_to_trust(settings, detail, word);
  if (detail == kCertificateOfAnother)
    return "correct its base_url, which says " + host + ", or have that host's certificate fixed";
  // Behind a proxy it is not this machine that has to know the host.
  if (!network_of(settings).proxy.empty())
    return "look after its proxy, and the network up to there";
  if (const auto why = why_nameless(host_of(settings)); !why.empty())
    return "no name server says where " + host + " is (" + why +
           "); fix /etc/resolv.conf, or base_url if that is no such host, until this finds it: "
           "getent hosts " +
           host;
  return "look after the network up to " + host + ", a firewall, and its base_url";
}

void judge(const ProviderSettings& settings, const std::optional<SendReport>& report,
           const DaemonWord& word, Findings& findings) {
  const std::string& name = settings.name;
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
    case SendStatus::opted_out:
    case SendStatus::try_elsewhere:
    case SendStatus::blocked:
    case SendStatus::not_permitted:
      return findings.add(make_error(
          ErrorKind::unavailable, provider + " gives no clear answer (" + report->detail + "); " +
                                      what_to_do(settings, report->detail, word)));
  }
}

}  // namespace

void check_providers(const std::string& path, const DaemonWord& word, Findings& findings) {
  const auto settings = read_configuration(path);
  if (!settings) return findings.add(settings.error());
  auto transports = Transports::read(settings->delivery);
  if (!transports) return findings.add(transports.error());
  const SystemClock clock;
  const auto gateways = make_gateways(settings->delivery, *transports, clock);
  if (!gateways) return findings.add(gateways.error());
  // One for each of the settings, in their order.
  bool clock_is_known = false;
  for (size_t i = 0; i < gateways->size(); ++i) {
    const ProviderSettings& provider = settings->delivery.providers[i];
    std::optional<SendReport> report;
    if (auto* const checker = (*gateways)[i]->credentials_checker())
      report = checker->check_credentials(clock.now() + settings->delivery.deadline);
    judge(provider, report, word, findings);
    if (clock_is_known || !report || !report->date) continue;
    judge_clock_by(provider.name,
                   std::chrono::floor<std::chrono::seconds>(clock.wall_now() - *report->date),
                   findings);
    clock_is_known = true;
  }
}

}  // namespace sms2fa
