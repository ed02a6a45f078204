// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/tls_context.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <new>

namespace sms2fa {

namespace {

using Slot = std::shared_ptr<TlsPeer>;

void free_slot(void*, void* slot, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Slot*>(slot);
}

int slot_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, &free_slot);
  return index;
}

const Slot* slot_of(const SSL* connection) {
  return static_cast<Slot*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), slot_index()));
}

void note_close(const SSL* connection, int what, int value) {
  // The upper byte of `value` is the alert's level, the lower one its description.
  if (what == SSL_CB_READ_ALERT && (value & 0xff) == SSL3_AD_CLOSE_NOTIFY)
    (*slot_of(connection))->closed = true;
}

}  // namespace

Result<TrustStore> load_trust(const std::string& file) {
  TrustStore store(X509_STORE_new());
  const bool loaded = store && X509_STORE_load_file(store.get(), file.c_str()) == 1;
  ERR_clear_error();
  if (!loaded)
    return make_error(ErrorKind::configuration,
                      file + ": can't be read, or holds no CA certificate in PEM form");
  return store;
}

std::optional<ExpiredAuthority> expired_authority(const std::string& file) {
  const auto trust = load_trust(file);
  if (!trust) return std::nullopt;
  struct Free {
    void operator()(STACK_OF(X509) * all) const { sk_X509_pop_free(all, X509_free); }
  };
  const std::unique_ptr<STACK_OF(X509), Free> all(X509_STORE_get1_all_certs(trust->get()));
  for (int i = 0; all && i < sk_X509_num(all.get()); ++i) {
    const X509* certificate = sk_X509_value(all.get(), i);
    const ASN1_TIME* end = X509_get0_notAfter(certificate);
    std::tm time{};
    if (X509_cmp_current_time(end) >= 0 || ASN1_TIME_to_tm(end, &time) != 1) continue;
    std::array<char, 65> name{};  // X.520's upper bound
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                              name.size());
    std::array<char, 11> day{};
    std::strftime(day.data(), day.size(), "%Y-%m-%d", &time);
    return ExpiredAuthority{name.data(), day.data()};
  }
  return std::nullopt;
}

bool prepare_tls_context(SSL_CTX* context, X509_STORE* trust) noexcept {
  try {
    auto slot = std::make_unique<Slot>(std::make_shared<TlsPeer>());
    if (SSL_CTX_set_ex_data(context, slot_index(), slot.get()) != 1) return false;
    static_cast<void>(slot.release());
  } catch (const std::bad_alloc&) {
    return false;
  }
  SSL_CTX_set_info_callback(context, &note_close);
  SSL_CTX_set1_cert_store(context, trust);
  // Providers echo the message; without this it would stay in the buffer of the kept connection.
  SSL_CTX_set_options(context, SSL_OP_CLEANSE_PLAINTEXT);
  return true;
}

std::shared_ptr<const TlsPeer> tls_peer_of(const SSL* connection) {
  return *slot_of(connection);
}

}  // namespace sms2fa
