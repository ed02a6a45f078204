// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/provider_watch.h"

#include <exception>
#include <string>

namespace sms2fa {

namespace {

AuditNotice notice_of(const ProviderHealth& health) {
  AuditNotice notice;
  notice.kind = NoticeKind::provider_state;
  notice.provider = health.provider;
  notice.state = to_string(health.circuit);
  notice.count = health.failures;
  notice.needs_attention = health.circuit == Circuit::open;
  return notice;
}

void tell(const ProviderHealth& health, Store& store, AuditLog& audit) noexcept {
  try {
    (void)store
        .record_provider_state({health.provider, std::string(to_string(health.circuit)),
                                health.since, health.failures})
        .ok();
    audit.notice(notice_of(health));
  } catch (const std::exception&) {
    // Whoever sends a message must not fail because nobody can be told how it went.
  }
}

}  // namespace

void watch_providers(Messenger& messenger, Store& store, AuditLog& audit, WallTime now) {
  if (const auto known = store.provider_states())
    for (const ProviderState& state : *known)
      if (state.state != to_string(Circuit::closed))
        (void)store.record_provider_state({state.name, "closed", now, 0}).ok();
  messenger.observe([&store, &audit](const ProviderHealth& health) { tell(health, store, audit); });
}

}  // namespace sms2fa
