// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace sms2fa::bench {

// A provider that costs next to nothing, so that what is measured is ours: HTTPS on 127.0.0.1, a
// thread a connection. It accepts every message as Twilio does and remembers the last code for each
// number. Lives as long as the program.
class QuickProvider {
 public:
  // Throws std::runtime_error.
  QuickProvider(uint16_t port, const std::string& certificate, const std::string& key);

  // The last code for a number in E.164; empty when there is none.
  std::string code_for(const std::string& number);

 private:
  void accept_all();
  void serve(int connection);
  void take(const std::string& body);

  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  int listener_ = -1;
  std::mutex mutex_;
  std::map<std::string, std::string> codes_;
};

}  // namespace sms2fa::bench
