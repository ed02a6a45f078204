// SPDX-License-Identifier: Apache-2.0
#include "lib/otp/pin.h"
#include "lib/otp/totp.h"
#include "lib/session/factors.h"

namespace sms2fa {

namespace {

constexpr int64_t kLookAhead = 10;
constexpr size_t kDigits = 6;

bool has_form(std::string_view answer) {
  return has_form_of_pin(answer, Alphabet::digits, kDigits, kDigits);
}

// HOTP (RFC 4226), as far as a toy needs it: one token a person, with counters up to ten.
class ToyFactor final : public Factor {
 public:
  ToyFactor(const std::string& user, const std::vector<EnrolledApp>& apps, KeyRing* keys) {
    for (const EnrolledApp& app : apps) {
      if (!app.counts) continue;
      auto plain = open_sealed(keys, app_context(user), app.sealed);
      if (plain)
        key_ = std::move(*plain);
      else
        trouble_ = plain.error().message;
    }
  }

  bool is_enrolled() const override { return key_.has_value() || !trouble_.empty(); }
  bool is_usable() const override { return key_.has_value(); }
  std::string trouble() const override { return trouble_; }
  int64_t chance() const override { return key_ ? kLookAhead * kCertain / 1'000'000 : 0; }

  Result<FactorEvidence> evidence(FactorAnswer& answer) const override {
    static const Secret nobodys_key(std::string(kTotpKeySize, '\0'));
    FactorEvidence found;
    for (int64_t counter = 0; counter < kLookAhead; ++counter) {
      const Secret code =
          hotp(key_ ? *key_ : nobodys_key, static_cast<uint64_t>(counter), TotpParameters());
      if (pin_matches(code, answer.text()) && key_) found.numbers = {counter, counter};
    }
    found.may_be_right = answer.accepts() == Accepts::any_code;
    return found;
  }

  Result<FactorUse> use(const FactorEvidence& evidence, const std::string& user,
                        Store& store) const override {
    if (!evidence.numbers || user == kDecoyUser) return FactorUse{};
    const auto fresh = store.use_totp_step(user, evidence.numbers->last);
    if (!fresh) return fresh.error();
    return FactorUse{*fresh ? FactorUse::Kind::right : FactorUse::Kind::replayed};
  }

 private:
  std::optional<Secret> key_;
  std::string trouble_;
};

}  // namespace

FactorKind toy_kind() {
  return {.word = to_string(Method::toy),
          .method = Method::toy,
          .is_usual = true,
          .used = std::nullopt,
          .has_form = has_form,
          .open = [](const std::string& user, const UserRecord& record,
                     KeyRing* keys) -> std::unique_ptr<Factor> {
            return std::make_unique<ToyFactor>(user, record.enrolment.apps, keys);
          }};
}

}  // namespace sms2fa
