// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "lib/base/result.h"
#include "lib/delivery/connection_schedule.h"
#include "lib/delivery/http.h"
#include "lib/delivery/tls_context.h"

namespace sms2fa {

// The bundle that Debian's ca-certificates keeps.
inline constexpr const char* kSystemCaFile = "/etc/ssl/certs/ca-certificates.crt";

struct CurlHttpOptions {
  std::string ca_file;  // PEM; empty: kSystemCaFile
  std::string proxy;    // [http://|socks5h://]host:port; empty: none, whatever the environment says
  ConnectionSchedule schedule = {};
};

// HTTPS by libcurl: one delivery thread drives every request, any number of callers wait for
// theirs, and connections are kept for the next one.
//
// TLS 1.2 or newer, with the certificate and the host verified against the CAs of `ca_file`, which
// is read once, in create(). No redirect, cookie, netrc, decompression or environment variable is
// heeded; an answer may hold 64 KiB of headers and 64 KiB of body. Connecting may take a third of
// the remaining time and at most 3 s, so that another provider gets its chance.
//
// A connection belongs to the CAs and the proxy it was made with, so providers that differ in
// either need a CurlHttp each; the others share one.
class CurlHttp final : public HttpTransport {
 public:
  // Fails (configuration) when the CA file can't be read or holds no certificate, or the proxy is
  // of another kind. The first call must come while no other thread uses the environment: it
  // removes SSLKEYLOGFILE, the one variable that libcurl heeds without being asked.
  static Result<std::unique_ptr<CurlHttp>> create(const CurlHttpOptions& options);

  // The same with CAs that were read before; `options.ca_file` is not looked at.
  static Result<std::unique_ptr<CurlHttp>> create(const CurlHttpOptions& options, TrustStore trust);

  // Ends every pending request. No call of perform() may begin any more.
  ~CurlHttp() override;

  HttpOutcome perform(const HttpRequest& request, SteadyTime deadline) override;
  void keep_warm(const std::string& url) override;

 private:
  class Loop;
  explicit CurlHttp(std::unique_ptr<Loop> loop);
  const std::unique_ptr<Loop> loop_;
};

}  // namespace sms2fa
