// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>
#include <vector>

#include "lib/otp/pin.h"
#include "lib/otp/totp.h"
#include "lib/session/factors.h"

namespace sms2fa {

namespace {

// RFC 4226, section 5.3: "at least 6 digits"; no app shows more than 8.
constexpr size_t kFewestDigits = 6;
constexpr size_t kMostDigits = 8;
// RFC 6238's T and its two neighbours.
constexpr int64_t kStepsTried = 3;

bool has_form_of_app_code(std::string_view answer) {
  return has_form_of_pin(answer, Alphabet::digits, kFewestDigits, kMostDigits) ||
         has_form_of_pin(answer, Alphabet::digits, 2 * kFewestDigits, 2 * kMostDigits);
}

// Authenticator apps.
class TotpFactor final : public Factor {
 public:
  TotpFactor(const std::string& user, const std::vector<EnrolledApp>& apps, KeyRing* keys) {
    for (const EnrolledApp& app : apps) {
      auto plain = open_sealed(keys, app_context(user), app.sealed);
      if (plain)
        apps_.push_back({std::move(*plain), app.parameters});
      else
        trouble_ = plain.error().message;
    }
  }

  bool is_enrolled() const override { return is_usable() || !trouble_.empty(); }
  bool is_usable() const override { return !apps_.empty(); }
  std::string trouble() const override { return trouble_; }
  int64_t chance() const override {
    int64_t chance = 0;
    for (const App& app : apps_) chance += chance_of_app(app.parameters.digits);
    return chance;
  }

  Result<FactorEvidence> evidence(FactorAnswer& answer) const override {
    const auto [one, last_of_two] = matching_steps(answer);
    FactorEvidence found;
    if (answer.accepts() == Accepts::any_code && one) found.numbers = {*one, *one};
    if (answer.accepts() == Accepts::two_app_codes && last_of_two)
      found.numbers = {*last_of_two - 1, *last_of_two};
    return found;
  }

  Result<FactorUse> use(const FactorEvidence& evidence, const std::string& user,
                        Store& store) const override {
    if (!evidence.numbers || user == kDecoyUser) return FactorUse{};
    for (int64_t step = evidence.numbers->first; step <= evidence.numbers->last; ++step) {
      const auto fresh = store.use_totp_step(user, step);
      if (!fresh) return fresh.error();
      if (!*fresh) return FactorUse{FactorUse::Kind::replayed};
    }
    return FactorUse{FactorUse::Kind::right};
  }

 private:
  struct App {
    Secret key;
    TotpParameters parameters;
  };
  struct Steps {
    std::optional<int64_t> one;
    std::optional<int64_t> last_of_two;
  };

  // As many computations as somebody with the most apps needs, so that their number doesn't show.
  Steps matching_steps(const FactorAnswer& answer) const {
    static const Secret nobodys_key(std::string(kTotpKeySize, '\0'));
    const int64_t now = totp_step_at(answer.now());
    Steps matching;
    const auto take_later = [](std::optional<int64_t>& found, std::optional<int64_t> match) {
      if (match) found = std::max(*match, found.value_or(*match));
    };
    for (size_t i = 0; i < std::max(kMostApps, apps_.size()); ++i) {
      const bool is_real = i < apps_.size();
      const Secret& key = is_real ? apps_[i].key : nobodys_key;
      const TotpParameters parameters = is_real ? apps_[i].parameters : TotpParameters();
      const int64_t step = std::max<int64_t>(now + parameters.skew, 0);
      const auto one = matching_totp_step(key, parameters, step, answer.text());
      const auto two = matching_totp_pair(key, parameters, step, answer.text());
      if (!is_real) continue;
      take_later(matching.one, one);
      take_later(matching.last_of_two, two);
    }
    return matching;
  }

  std::vector<App> apps_;
  std::string trouble_;
};

std::unique_ptr<Factor> open(const std::string& user, const UserRecord& record, KeyRing* keys) {
  return std::make_unique<TotpFactor>(user, record.enrolment.apps, keys);
}

}  // namespace

int64_t chance_of_app(unsigned digits) {
  int64_t chance = kStepsTried * kCertain;
  for (unsigned i = 0; i < digits; ++i) chance /= 10;
  return chance;
}

std::string app_context(const std::string& user) {
  return "app of " + user;
}

FactorKind totp_kind() {
  return {.word = to_string(Method::totp),
          .method = Method::totp,
          .is_usual = true,
          .used = std::nullopt,
          .has_form = has_form_of_app_code,
          .open = open};
}

}  // namespace sms2fa
