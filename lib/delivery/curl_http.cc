// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/curl_http.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <forward_list>
#include <list>
#include <system_error>
#include <thread>

#include "lib/base/mutex.h"
#include "lib/delivery/connection_warmer.h"
#include "lib/delivery/curl_transfer.h"
#include "lib/delivery/tls_context.h"

namespace sms2fa {

namespace {

// As many as there are likely to be logins at once: a connection that is not kept costs the next
// one a TLS handshake, which is more work than all the rest of a login.
constexpr long kMostIdleConnections = 512;
constexpr Milliseconds kLongestPoll = std::chrono::seconds(60);

// libcurl copies headers and bodies into buffers of its own and frees them as they are. Given these
// instead of malloc and free, nothing it ever held stays behind.
void wiping_free(void* block) {
  if (block == nullptr) return;
  OPENSSL_cleanse(block, malloc_usable_size(block));
  std::free(block);
}

void* wiping_realloc(void* block, size_t size) {
  void* moved = std::malloc(size);
  if (moved == nullptr || block == nullptr) return moved;
  std::memcpy(moved, block, std::min(size, malloc_usable_size(block)));
  wiping_free(block);
  return moved;
}

bool initialise_libcurl() {
  // libcurl opens the file that this names, and writes every session's keys to it.
  unsetenv("SSLKEYLOGFILE");
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, &std::malloc, &wiping_free, &wiping_realloc,
                              &strdup, &std::calloc) == CURLE_OK;
}

bool is_usable_proxy(std::string_view proxy) {
  return proxy.find("://") == std::string_view::npos || proxy.starts_with("http://") ||
         proxy.starts_with("socks5h://");
}

struct CloseMulti {
  void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
using MultiHandle = std::unique_ptr<CURLM, CloseMulti>;

// Signals belong to the program's own threads.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

// The delivery thread and what it works on.
class CurlHttp::Loop {
 public:
  // Throws std::system_error when no thread can be had.
  Loop(TrustStore trust, const CurlHttpOptions& options, MultiHandle multi)
      : trust_(std::move(trust)),
        connection_options_{trust_.get(), options.proxy, &watch_, options.schedule},
        multi_(std::move(multi)),
        warmer_(multi_.get(), connection_options_) {
    const AllSignalsBlocked blocked;
    thread_ = std::thread([this] { run(); });
  }

  ~Loop() {
    {
      const MutexLock lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_.get());
    thread_.join();
  }

  HttpOutcome perform(const HttpRequest& request, SteadyTime deadline) {
    if (std::chrono::steady_clock::now() >= deadline)
      return {.kind = HttpOutcome::Kind::not_sent, .detail = "no time left"};
    CurlTransfer transfer(request, deadline, connection_options_, origin_of(request.url));
    if (!transfer.usable())
      return {.kind = HttpOutcome::Kind::not_sent, .detail = "libcurl can't be set up"};
    std::list<CurlTransfer*> one{&transfer};
    {
      const MutexLock lock(mutex_);
      new_.splice(new_.end(), one);
    }
    curl_multi_wakeup(multi_.get());
    return transfer.wait();
  }

  void keep_warm(const std::string& url) {
    if (!url.starts_with("https://") || origin_of(url) != nullptr) return;
    {
      const MutexLock lock(mutex_);
      origins_.emplace_front(url);
    }
    curl_multi_wakeup(multi_.get());
  }

 private:
  Origin* origin_of(const std::string& url) {
    const std::string_view wanted = Origin::part_of(url);
    const MutexLock lock(mutex_);
    for (Origin& origin : origins_)
      if (origin.url == wanted) return &origin;
    return nullptr;
  }

  void run() {
    while (start_new()) {
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      finish_done();
      const Milliseconds pause = tend_origins();
      auto& idle = watch_.poll_list();
      curl_multi_poll(multi_.get(), idle.data(), static_cast<unsigned>(idle.size()),
                      static_cast<int>(pause.count()), nullptr);
      replace_closed();
    }
    while (!active_.empty()) end(*active_.back(), CURLE_ABORTED_BY_CALLBACK);
  }

  // False when it is time to stop.
  bool start_new() {
    std::list<CurlTransfer*> fresh;
    bool go_on = true;
    {
      const MutexLock lock(mutex_);
      fresh.swap(new_);
      go_on = !stopping_;
    }
    while (!fresh.empty()) {
      CurlTransfer& transfer = *fresh.front();
      active_.splice(active_.end(), fresh, fresh.begin());
      warmer_.begins(transfer.origin());
      if (curl_multi_add_handle(multi_.get(), transfer.handle()) != CURLM_OK)
        end(transfer, CURLE_OUT_OF_MEMORY);
    }
    return go_on;
  }

  void finish_done() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      const CURLcode code = message->data.result;
      CurlJob& job = CurlJob::of(message->easy_handle);
      curl_multi_remove_handle(multi_.get(), job.handle());
      if (job.found_dead_connection() &&
          curl_multi_add_handle(multi_.get(), job.handle()) == CURLM_OK)
        continue;
      if (auto* const transfer = dynamic_cast<CurlTransfer*>(&job); transfer != nullptr)
        end(*transfer, code);
      else
        job.finish(code);
    }
  }

  void end(CurlTransfer& transfer, CURLcode code) {
    curl_multi_remove_handle(multi_.get(), transfer.handle());
    active_.remove(&transfer);
    warmer_.ends(transfer.origin());
    transfer.finish(code);
  }

  // How long there is nothing to do about warmth.
  Milliseconds tend_origins() {
    const auto now = std::chrono::steady_clock::now();
    SteadyTime next = now + kLongestPoll;
    const MutexLock lock(mutex_);
    for (Origin& origin : origins_) next = std::min(next, warmer_.tend(origin, now));
    return std::chrono::ceil<Milliseconds>(std::max(next - now, SteadyTime::duration(0)));
  }

  void replace_closed() {
    const auto now = std::chrono::steady_clock::now();
    while (Origin* const origin = watch_.take_closed()) warmer_.lost(origin, now);
  }

  const TrustStore trust_;
  ConnectionWatch watch_;
  const ConnectionOptions connection_options_;

  // Lists, because the caller makes the one node that moves from list to list: the delivery thread
  // allocates nothing that could fail.
  std::list<CurlTransfer*> active_;  // the delivery thread's own

  Mutex mutex_;
  std::list<CurlTransfer*> new_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::forward_list<Origin> origins_ GUARDED_BY(mutex_);  // grows only

  const MultiHandle multi_;
  ConnectionWarmer warmer_;
  std::thread thread_;
};

CurlHttp::CurlHttp(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
CurlHttp::~CurlHttp() = default;

Result<std::unique_ptr<CurlHttp>> CurlHttp::create(const CurlHttpOptions& options) {
  auto trust = load_trust(options.ca_file.empty() ? kSystemCaFile : options.ca_file);
  if (!trust) return trust.error();
  return create(options, std::move(*trust));
}

Result<std::unique_ptr<CurlHttp>> CurlHttp::create(const CurlHttpOptions& options,
                                                   TrustStore trust) {
  static const bool initialised = initialise_libcurl();
  if (!initialised) return make_error(ErrorKind::internal, "libcurl can't be initialised");
  if (!is_usable_proxy(options.proxy))
    return make_error(ErrorKind::configuration, "the proxy must begin with http:// or socks5h://");
  MultiHandle multi(curl_multi_init());
  if (!multi) return make_error(ErrorKind::unavailable, "no descriptors or memory for libcurl");
  curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, kMostIdleConnections);
  try {
    auto loop = std::make_unique<Loop>(std::move(trust), options, std::move(multi));
    return std::unique_ptr<CurlHttp>(new CurlHttp(std::move(loop)));
  } catch (const std::system_error& error) {
    return make_error(ErrorKind::unavailable, std::string("no delivery thread: ") + error.what());
  }
}

HttpOutcome CurlHttp::perform(const HttpRequest& request, SteadyTime deadline) {
  return loop_->perform(request, deadline);
}

void CurlHttp::keep_warm(const std::string& url) {
  loop_->keep_warm(url);
}

}  // namespace sms2fa
