// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/curl_job.h"

namespace sms2fa {

namespace {
constexpr size_t kMostHeaderBytes = 64 * 1024;
// Longer than warm-ups go without asking again, so that no login waits for a name server.
constexpr long kOldestAddress = 10 * 60;
}  // namespace

CurlJob::CurlJob(const ConnectionOptions& connection_options, Origin* origin, Milliseconds connect,
                 Milliseconds total)
    : easy_(curl_easy_init()), watch_(*connection_options.watch), origin_(origin) {
  if (!easy_) return;
  usable_ = watch_.watch(easy_.get());
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(total.count()));
  set(CURLOPT_NOSIGNAL, 1L);
  // Without it a name server that does not answer would hold up the delivery thread, for libcurl
  // waits for its resolver thread even after a timeout.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_DNS_CACHE_TIMEOUT, kOldestAddress);
  set(CURLOPT_MAXAGE_CONN, static_cast<long>(connection_options.schedule.longest_idle.count()));
  set(CURLOPT_PROTOCOLS_STR, "https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_TCP_NODELAY, 1L);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_USERAGENT, "sms2fa");
  // One request at a time on a connection: an HTTP/2 stream that is refused, or dropped with its
  // connection, would be one more way for a request to be sent twice.
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_PREREQFUNCTION, &on_request);
  set(CURLOPT_PREREQDATA, this);
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, this);
  set_trust(connection_options);
}

CurlJob& CurlJob::of(CURL* easy) {
  CurlJob* job = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &job);
  return *job;
}

void CurlJob::set_trust(const ConnectionOptions& connection_options) {
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set<char*>(CURLOPT_CAINFO, nullptr);
  set<char*>(CURLOPT_CAPATH, nullptr);
  // Otherwise libcurl would keep a reference to our store, as its own cache for the next
  // connection.
  set(CURLOPT_CA_CACHE_TIMEOUT, 0L);
  set(CURLOPT_SSL_CTX_FUNCTION, &on_tls_context);
  set(CURLOPT_SSL_CTX_DATA, connection_options.trust);
  // Empty is not unset: unset means "ask the environment".
  set(CURLOPT_PROXY, connection_options.proxy.c_str());
  set(CURLOPT_NOPROXY, "");
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

CURLcode CurlJob::on_tls_context(CURL*, void* context, void* trust) noexcept {
  return prepare_tls_context(static_cast<SSL_CTX*>(context), static_cast<X509_STORE*>(trust))
             ? CURLE_OK
             : CURLE_OUT_OF_MEMORY;
}

// libcurl calls it when a connection, TLS included, stands and before the first byte of the
// request, and once more each time it sends the request again.
int CurlJob::on_request(void* self, char*, char*, int, int local_port) noexcept {
  auto& job = *static_cast<CurlJob*>(self);
  job.found_dead_connection_ = !job.watch_.take(local_port, job.origin_);
  if (job.found_dead_connection_) return CURL_PREREQFUNC_ABORT;
  return job.may_leave() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

size_t CurlJob::on_header(char*, size_t, size_t size, void* self) noexcept {
  auto& job = *static_cast<CurlJob*>(self);
  job.header_bytes_ += size;
  return job.headers_too_long() ? 0 : size;
}

bool CurlJob::headers_too_long() const {
  return header_bytes_ > kMostHeaderBytes;
}

void CurlJob::leave_connection() noexcept {
  long local_port = 0;
  curl_easy_getinfo(handle(), CURLINFO_LOCAL_PORT, &local_port);
  watch_.give_back(static_cast<int>(local_port));
}

}  // namespace sms2fa
