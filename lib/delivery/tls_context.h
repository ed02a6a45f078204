// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>

#include "lib/base/result.h"

namespace sms2fa {

struct CloseX509Store {
  void operator()(X509_STORE* store) const noexcept { X509_STORE_free(store); }
};
using TrustStore = std::unique_ptr<X509_STORE, CloseX509Store>;

// The CA certificates of a PEM file. An error (configuration) names the file when it can't be read
// or holds none.
Result<TrustStore> load_trust(const std::string& file);

// Of a PEM file of CA certificates, the first whose time is over.
struct ExpiredAuthority {
  std::string name;  // as the certificate has it
  std::string day;   // of its end, "2026-11-25"
};
std::optional<ExpiredAuthority> expired_authority(const std::string& file);

// What one connection's server has said about it.
struct TlsPeer {
  bool closed = false;  // with close_notify: in good order, and nothing more will be read
};

// Gives a new connection's context the CAs, and a TlsPeer that lives as long as the context. False
// when there is no memory.
bool prepare_tls_context(SSL_CTX* context, X509_STORE* trust) noexcept;

// The TlsPeer of a connection whose context was prepared. Used by the connection's own thread only.
std::shared_ptr<const TlsPeer> tls_peer_of(const SSL* connection);

}  // namespace sms2fa
