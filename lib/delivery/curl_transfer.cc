// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/curl_transfer.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <system_error>

namespace sms2fa {

namespace {

constexpr size_t kMostHeaderBytes = 64 * 1024;
constexpr size_t kMostBodyBytes = 64 * 1024;
// Most answers fit, so that the body's bytes are not left behind by a growing string.
constexpr size_t kUsualBodyBytes = 4 * 1024;
constexpr Milliseconds kLongestConnect{3000};
// No send takes as long; libcurl counts its milliseconds in 32 bits.
constexpr Milliseconds kLongestTotal = std::chrono::hours(1);

Milliseconds remaining(SteadyTime deadline) {
  return std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now());
}

std::optional<std::chrono::seconds> seconds_in(CURL* easy, const char* name) {
  curl_header* header = nullptr;
  if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return std::nullopt;
  // Retry-After may hold a date too (RFC 9110, 10.2.3); no provider of ours sends one.
  const std::string_view digits = header->value;
  uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return std::chrono::seconds(seconds);
}

}  // namespace

CurlTransfer::CurlTransfer(const HttpRequest& request, SteadyTime deadline, X509_STORE* trust,
                           const std::string& proxy)
    : easy_(curl_easy_init()) {
  if (!easy_) return;
  usable_ = true;
  body_.reserve(kUsualBodyBytes);
  set(CURLOPT_PRIVATE, this);
  set_what_is_sent(request);
  set_limits(deadline);
  set_trust(trust, proxy);
}

CurlTransfer::~CurlTransfer() {
  for (std::string& line : header_lines_) wipe(line);
  wipe(body_);
}

CurlTransfer& CurlTransfer::of(CURL* easy) {
  CurlTransfer* transfer = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
  return *transfer;
}

template <typename T>
void CurlTransfer::set(CURLoption option, T value) {
  usable_ = usable_ && curl_easy_setopt(handle(), option, value) == CURLE_OK;
}

// As a list of our own, not by curl_slist_append(): its copies are nobody's to wipe.
void CurlTransfer::set_headers(const HttpRequest& request) {
  const auto add = [&](std::string_view name, std::string_view value) {
    std::string& line = header_lines_.emplace_back();
    line.reserve(name.size() + value.size());
    line.append(name).append(value);
  };
  if (!request.authorization.empty()) add("Authorization: ", request.authorization.reveal());
  if (!asks_only_) add("Content-Type: ", request.content_type);
  for (const Secret& line : request.headers) add("", line.reveal());
  for (std::string& line : header_lines_) {
    curl_slist& node = headers_.emplace_back(curl_slist{line.data(), nullptr});
    if (headers_.size() > 1) std::prev(headers_.end(), 2)->next = &node;
  }
  if (!headers_.empty()) set(CURLOPT_HTTPHEADER, &headers_.front());
}

void CurlTransfer::set_what_is_sent(const HttpRequest& request) {
  asks_only_ = request.method == HttpMethod::get;
  set_headers(request);
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_USERAGENT, "sms2fa");
  if (!asks_only_) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.reveal().data());
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
  }
  // One request at a time on a connection: an HTTP/2 stream that is refused, or dropped with its
  // connection, would be one more way for a request to be sent twice.
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_PREREQFUNCTION, &on_request);
  set(CURLOPT_PREREQDATA, this);
}

void CurlTransfer::set_limits(SteadyTime deadline) {
  const Milliseconds total = std::clamp(remaining(deadline), Milliseconds(1), kLongestTotal);
  const Milliseconds connect = std::clamp(total / 3, Milliseconds(1), kLongestConnect);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(total.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect.count()));
  set(CURLOPT_NOSIGNAL, 1L);
  // Without it a name server that does not answer would hold up the delivery thread, for libcurl
  // waits for its resolver thread even after a timeout.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_PROTOCOLS_STR, "https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_TCP_NODELAY, 1L);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, this);
}

void CurlTransfer::set_trust(X509_STORE* trust, const std::string& proxy) {
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set<char*>(CURLOPT_CAINFO, nullptr);
  set<char*>(CURLOPT_CAPATH, nullptr);
  // Otherwise libcurl would keep a reference to our store, as its own cache for the next
  // connection.
  set(CURLOPT_CA_CACHE_TIMEOUT, 0L);
  set(CURLOPT_SSL_CTX_FUNCTION, &on_tls_context);
  set(CURLOPT_SSL_CTX_DATA, trust);
  // Empty is not unset: unset means "ask the environment".
  set(CURLOPT_PROXY, proxy.c_str());
  set(CURLOPT_NOPROXY, "");
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

CURLcode CurlTransfer::on_tls_context(CURL*, void* context, void* trust) noexcept {
  return prepare_tls_context(static_cast<SSL_CTX*>(context), static_cast<X509_STORE*>(trust))
             ? CURLE_OK
             : CURLE_OUT_OF_MEMORY;
}

// libcurl calls it when a connection, TLS included, stands and before the first byte of the
// request, and once more each time it sends the request again.
//
// It does so by itself when a connection kept from an earlier request ended before any byte of an
// answer. If the server closed it in good order, it had been idle for too long, and one more try is
// right. libcurl 7.88 meets this case often: before it uses a connection again, it takes an unread
// close_notify for a sign of life. After a reset, or an end of the stream without close_notify, the
// request may have been carried out, which matters unless it only asks.
int CurlTransfer::on_request(void* self, char*, char*, int, int) noexcept {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  ++transfer.tries_;
  if (transfer.tries_ == 1) {
    curl_tlssessioninfo* session = nullptr;
    curl_easy_getinfo(transfer.handle(), CURLINFO_TLS_SSL_PTR, &session);
    transfer.first_peer_ = tls_peer_of(static_cast<const SSL*>(session->internals));
    return CURL_PREREQFUNC_OK;
  }
  const bool once_more =
      transfer.tries_ == 2 && (transfer.first_peer_->closed || transfer.asks_only_);
  return once_more ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

size_t CurlTransfer::on_header(char*, size_t, size_t size, void* self) noexcept {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  transfer.header_bytes_ += size;
  transfer.too_long_ = transfer.header_bytes_ > kMostHeaderBytes;
  return transfer.too_long_ ? 0 : size;
}

size_t CurlTransfer::on_body(char* data, size_t, size_t size, void* self) noexcept {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  transfer.too_long_ = size > kMostBodyBytes - transfer.body_.size();
  if (transfer.too_long_) return 0;
  try {
    transfer.body_.append(data, size);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  return size;
}

void CurlTransfer::finish(CURLcode code) noexcept {
  HttpOutcome outcome;
  outcome.kind = tries_ == 0 ? HttpOutcome::Kind::not_sent : HttpOutcome::Kind::unknown;
  try {
    if (code == CURLE_OK)
      read_answer(outcome);
    else
      outcome.detail = describe(code);
  } catch (const std::bad_alloc&) {
    // The kind says what matters; the detail stays empty.
  }
  easy_.reset();
  const std::lock_guard lock(mutex_);
  outcome_ = std::move(outcome);
  done_ = true;
  // Under the lock: as soon as it is free the caller may destroy all this.
  changed_.notify_one();
}

void CurlTransfer::read_answer(HttpOutcome& outcome) {
  long status = 0;
  curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
  outcome.kind = HttpOutcome::Kind::response;
  outcome.status = static_cast<int>(status);
  outcome.retry_after = seconds_in(handle(), "retry-after");
  if (!outcome.retry_after) outcome.retry_after = seconds_in(handle(), "x-ratelimit-reset");
  outcome.body = std::move(body_);
}

// Fixed texts only: the error buffer may quote what the server sent.
std::string CurlTransfer::describe(CURLcode code) const {
  if (too_long_) return "the answer is too long";
  if (code == CURLE_ABORTED_BY_CALLBACK)
    return tries_ > 0 ? "the connection ended before an answer came" : "shutting down";
  std::string text = curl_easy_strerror(code);
  if (code == CURLE_PEER_FAILED_VERIFICATION) {
    long verified = X509_V_OK;
    curl_easy_getinfo(handle(), CURLINFO_SSL_VERIFYRESULT, &verified);
    // Unspecified is what libcurl begins with: the chain was sound, and it stopped at the name.
    text =
        verified == X509_V_ERR_UNSPECIFIED
            ? "the certificate is for another host"
            : "the certificate is refused: " + std::string(X509_verify_cert_error_string(verified));
  }
  long error = 0;
  curl_easy_getinfo(handle(), CURLINFO_OS_ERRNO, &error);
  if (code == CURLE_COULDNT_CONNECT && error != 0)
    text += ": " + std::generic_category().message(static_cast<int>(error));
  return text;
}

HttpOutcome CurlTransfer::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return done_; });
  return std::move(outcome_);
}

}  // namespace sms2fa
