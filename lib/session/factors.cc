// SPDX-License-Identifier: Apache-2.0
#include "lib/session/factors.h"

#include <algorithm>
#include <utility>

namespace sms2fa {

namespace {

bool is_allowed(const FactorKind& kind, const Methods& allowed) {
  return !kind.method || std::find(allowed.begin(), allowed.end(), *kind.method) != allowed.end();
}

}  // namespace

std::span<const FactorKind> factor_kinds() {
  static const FactorKind kinds[] = {totp_kind(), backup_kind(), bypass_kind()};
  return kinds;
}

std::string number_context(const std::string& user) {
  return "number of " + user;
}

void Factors::open_number(const std::string& sealed, KeyRing* keys) {
  const auto plain = open_sealed(keys, number_context(user_), sealed);
  if (plain) number_ = PhoneNumber::parse_international(plain->reveal());
  if (number_) return;
  number_beyond_reach_ = true;
  trouble_ = plain ? "the enrolled number is none" : plain.error().message;
}

Factors Factors::of(const std::string& user, const UserRecord& record, KeyRing* keys) {
  Factors factors;
  factors.user_ = user;
  if (record.backup_codes) factors.backup_codes_left_ = record.backup_codes->left;
  if (record.enrolment.sealed_number) factors.open_number(*record.enrolment.sealed_number, keys);
  for (const FactorKind& kind : factor_kinds()) {
    auto factor = kind.open(user, record, keys);
    if (auto trouble = factor->trouble(); !trouble.empty()) factors.trouble_ = std::move(trouble);
    factors.all_.push_back({&kind, std::move(factor)});
  }
  return factors;
}

bool Factors::has(Method method) const {
  return std::any_of(all_.begin(), all_.end(), [method](const Held& held) {
    return held.kind->method == method && held.factor->is_usable();
  });
}

bool Factors::has_beyond_reach(Method method) const {
  return std::any_of(all_.begin(), all_.end(), [method](const Held& held) {
    return held.kind->method == method && !held.factor->trouble().empty();
  });
}

bool Factors::can_answer(const Methods& allowed) const {
  return std::any_of(all_.begin(), all_.end(), [&allowed](const Held& held) {
    return is_allowed(*held.kind, allowed) && held.factor->is_usable();
  });
}

bool Factors::nothing_enrolled() const {
  return !number_ && !number_beyond_reach_ &&
         std::none_of(all_.begin(), all_.end(),
                      [](const Held& held) { return held.factor->is_enrolled(); });
}

int64_t Factors::chance(const Methods& allowed) const {
  int64_t chance = 0;
  for (const Held& held : all_)
    if (is_allowed(*held.kind, allowed)) chance += held.factor->chance();
  return chance;
}

// All evidence comes first, whatever is held and allowed: its time must tell nothing.
Result<FactorCheck> Factors::check(std::string_view answer, WallTime now, const Methods& allowed,
                                   Store& store, bool real, Accepts accepts) const {
  FactorAnswer given(answer, now, accepts);
  std::vector<FactorEvidence> all_evidence;
  for (const Held& held : all_) {
    auto evidence = held.factor->evidence(given);
    if (!evidence) return evidence.error();
    all_evidence.push_back(std::move(*evidence));
  }
  for (size_t i = 0; i < all_.size(); ++i) {
    const auto& [kind, factor] = all_[i];
    const bool may_be_right = real && all_evidence[i].may_be_right && is_allowed(*kind, allowed);
    const auto used = factor->use(all_evidence[i], may_be_right ? user_ : kDecoyUser, store);
    if (!used) return used.error();
    if (used->kind != FactorUse::Kind::wrong) return FactorCheck{kind, *used};
  }
  return FactorCheck{};
}

}  // namespace sms2fa
