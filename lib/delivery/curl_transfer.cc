// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/curl_transfer.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <system_error>

namespace sms2fa {

namespace {

constexpr size_t kMostBodyBytes = 64 * 1024;
// Most answers fit, so that the body's bytes are not left behind by a growing string.
constexpr size_t kUsualBodyBytes = 4 * 1024;
constexpr Milliseconds kLongestConnect{3000};
// No send takes as long; libcurl counts its milliseconds in 32 bits.
constexpr Milliseconds kLongestTotal = std::chrono::hours(1);

Milliseconds remaining(SteadyTime deadline) {
  return std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now());
}

Milliseconds time_in_all(SteadyTime deadline) {
  return std::clamp(remaining(deadline), Milliseconds(1), kLongestTotal);
}

Milliseconds time_to_connect(SteadyTime deadline) {
  return std::clamp(time_in_all(deadline) / 3, Milliseconds(1), kLongestConnect);
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

std::optional<WallTime> date_in(CURL* easy) {
  curl_header* header = nullptr;
  if (curl_easy_header(easy, "date", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
    return std::nullopt;
  const time_t time = curl_getdate(header->value, nullptr);
  if (time < 0) return std::nullopt;
  return WallTime(std::chrono::seconds(time));
}

}  // namespace

CurlTransfer::CurlTransfer(const HttpRequest& request, SteadyTime deadline,
                           const ConnectionOptions& connection_options, Origin* origin)
    : CurlJob(connection_options, origin, time_to_connect(deadline), time_in_all(deadline)),
      origin_(origin) {
  if (!usable()) return;
  body_.reserve(kUsualBodyBytes);
  set_what_is_sent(request);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, this);
}

CurlTransfer::~CurlTransfer() {
  for (std::string& line : header_lines_) wipe(line);
  wipe(body_);
}

// As a list of our own, not by curl_slist_append(): its copies are nobody's to wipe.
void CurlTransfer::set_headers(const HttpRequest& request) {
  const auto add = [&](std::string_view name, std::string_view value) {
    std::string& line = header_lines_.emplace_back();
    line.reserve(name.size() + value.size());
    line.append(name).append(value);
  };
  if (!request.authorization.empty()) add("Authorization: ", request.authorization.reveal());
  if (request.method != HttpMethod::get) add("Content-Type: ", request.content_type);
  for (const Secret& line : request.headers) add("", line.reveal());
  for (std::string& line : header_lines_) {
    curl_slist& node = headers_.emplace_back(curl_slist{line.data(), nullptr});
    if (headers_.size() > 1) std::prev(headers_.end(), 2)->next = &node;
  }
  if (!headers_.empty()) set(CURLOPT_HTTPHEADER, &headers_.front());
}

void CurlTransfer::set_what_is_sent(const HttpRequest& request) {
  asks_only_ = request.method == HttpMethod::get && !request.sends;
  set_headers(request);
  set(CURLOPT_URL, request.url.c_str());
  if (request.method != HttpMethod::get) {
    set(CURLOPT_POST, 1L);
    if (request.method == HttpMethod::put) set(CURLOPT_CUSTOMREQUEST, "PUT");
    set(CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.reveal().data());
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
  }
}

// A second time: libcurl sends a request again by itself when a connection kept from an earlier
// request ended before any byte of an answer. If the server closed it in good order, it had been
// idle for too long, and one more try is right, on a new connection, for the next one kept may be
// as old. After a reset, or an end of the stream without close_notify, the request may have been
// carried out, which matters unless it only asks.
bool CurlTransfer::may_leave() noexcept {
  ++tries_;
  if (tries_ == 1) {
    curl_tlssessioninfo* session = nullptr;
    curl_easy_getinfo(handle(), CURLINFO_TLS_SSL_PTR, &session);
    first_peer_ = tls_peer_of(static_cast<const SSL*>(session->internals));
    set(CURLOPT_FRESH_CONNECT, 1L);
    return true;
  }
  return tries_ == 2 && (first_peer_->closed || asks_only_);
}

size_t CurlTransfer::on_body(char* data, size_t, size_t size, void* self) noexcept {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  transfer.body_too_long_ = size > kMostBodyBytes - transfer.body_.size();
  if (transfer.body_too_long_) return 0;
  try {
    transfer.body_.append(data, size);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  return size;
}

void CurlTransfer::finish(CURLcode code) noexcept {
  leave_connection();
  HttpOutcome outcome;
  outcome.times = read_times();
  outcome.kind = tries_ == 0 ? HttpOutcome::Kind::not_sent : HttpOutcome::Kind::unknown;
  try {
    if (code == CURLE_OK)
      read_answer(outcome);
    else
      outcome.detail = describe(code);
  } catch (const std::bad_alloc&) {
    // The kind says what matters; the detail stays empty.
  }
  close_handle();
  const MutexLock lock(mutex_);
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
  // Of other answers it only tells when the count begins anew.
  if (!outcome.retry_after && status == kTooManyRequests)
    outcome.retry_after = seconds_in(handle(), "x-ratelimit-reset");
  outcome.date = date_in(handle());
  outcome.body = std::move(body_);
}

StepTimes CurlTransfer::read_times() const {
  const auto at = [&](CURLINFO mark) {
    curl_off_t time = 0;
    curl_easy_getinfo(handle(), mark, &time);
    return std::chrono::microseconds(time);
  };
  // Marks that were not reached are zero.
  const auto between = [](std::chrono::microseconds from, std::chrono::microseconds to) {
    return std::max(to - from, std::chrono::microseconds(0));
  };
  StepTimes times{.total = at(CURLINFO_TOTAL_TIME_T)};
  times.first_byte = between(at(CURLINFO_PRETRANSFER_TIME_T), at(CURLINFO_STARTTRANSFER_TIME_T));
  long connections = 0;
  curl_easy_getinfo(handle(), CURLINFO_NUM_CONNECTS, &connections);
  if (connections == 0 && tries_ > 0) return times;
  const auto look_up = at(CURLINFO_NAMELOOKUP_TIME_T);
  const auto connect = at(CURLINFO_CONNECT_TIME_T);
  times.look_up = look_up;
  times.connect = between(look_up, connect);
  times.tls = between(connect, at(CURLINFO_APPCONNECT_TIME_T));
  return times;
}

// Fixed texts only: the error buffer may quote what the server sent.
std::string CurlTransfer::describe(CURLcode code) const {
  if (body_too_long_ || headers_too_long()) return "the answer is too long";
  if (code == CURLE_ABORTED_BY_CALLBACK)
    return tries_ > 0 ? "the connection ended before an answer came" : "shutting down";
  std::string text = curl_easy_strerror(code);
  if (code == CURLE_PEER_FAILED_VERIFICATION) {
    long verified = X509_V_OK;
    curl_easy_getinfo(handle(), CURLINFO_SSL_VERIFYRESULT, &verified);
    // Unspecified is what libcurl begins with: the chain was sound, and it stopped at the name.
    if (verified == X509_V_ERR_UNSPECIFIED)
      text = kCertificateOfAnother;
    else
      text = std::string(kCertificateRefused) + X509_verify_cert_error_string(verified);
  }
  long error = 0;
  curl_easy_getinfo(handle(), CURLINFO_OS_ERRNO, &error);
  if (code == CURLE_COULDNT_CONNECT && error != 0)
    text += ": " + std::generic_category().message(static_cast<int>(error));
  return text;
}

HttpOutcome CurlTransfer::wait() {
  MutexLock lock(mutex_);
  changed_.wait(lock, [this]() REQUIRES(mutex_) { return done_; });
  return std::move(outcome_);
}

}  // namespace sms2fa
