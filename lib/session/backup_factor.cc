// SPDX-License-Identifier: Apache-2.0
#include "lib/otp/backup_code.h"
#include "lib/otp/pin.h"
#include "lib/session/factor.h"

namespace sms2fa {

namespace {

// Those that were google-authenticator's.
constexpr size_t kScratchCode = 8;

bool has_form(std::string_view answer) {
  return has_form_of_backup_code(answer) ||
         has_form_of_pin(answer, Alphabet::digits, kScratchCode, kScratchCode);
}

const std::string& parameters_of(const std::optional<BackupCodes>& codes) {
  return codes ? codes->parameters : dummy_backup_parameters();
}

class BackupFactor final : public Factor {
 public:
  explicit BackupFactor(const std::optional<BackupCodes>& codes) : codes_(codes) {}

  bool is_enrolled() const override { return codes_.has_value(); }
  bool is_usable() const override { return codes_ && codes_->left > 0; }

  Result<FactorEvidence> evidence(FactorAnswer& answer) const override {
    auto hash = answer.slow_hash(parameters_of(codes_));
    if (!hash) return hash.error();
    return FactorEvidence{.hash = std::move(*hash), .may_be_right = answer.is_long_enough()};
  }

  Result<FactorUse> use(const FactorEvidence& evidence, const std::string& user,
                        Store& store) const override {
    if (evidence.hash.empty()) return FactorUse{};
    const auto used = store.use_backup_code(codes_ ? user : kDecoyUser, evidence.hash);
    if (!used) return used.error();
    if (!*used) return FactorUse{};
    return FactorUse{FactorUse::Kind::right, codes_->left > 0 ? codes_->left - 1 : 0};
  }

 private:
  const std::optional<BackupCodes> codes_;
};

// Hashed like a backup code, and with the same parameters, so that it costs no second hash; unless
// the codes are newer than the bypass code.
class BypassFactor final : public Factor {
 public:
  explicit BypassFactor(const UserRecord& record)
      : is_given_(record.bypass.has_value()),
        parameters_(is_given_ ? record.bypass->parameters : parameters_of(record.backup_codes)) {}

  bool is_enrolled() const override { return is_given_; }
  bool is_usable() const override { return is_given_; }

  Result<FactorEvidence> evidence(FactorAnswer& answer) const override {
    auto hash = answer.slow_hash(parameters_);
    if (!hash) return hash.error();
    return FactorEvidence{.hash = std::move(*hash), .may_be_right = answer.is_long_enough()};
  }

  Result<FactorUse> use(const FactorEvidence& evidence, const std::string& user,
                        Store& store) const override {
    if (evidence.hash.empty()) return FactorUse{};
    const auto used = store.use_bypass(is_given_ ? user : kDecoyUser, evidence.hash);
    if (!used) return used.error();
    return FactorUse{*used ? FactorUse::Kind::right : FactorUse::Kind::wrong};
  }

 private:
  const bool is_given_;
  const std::string parameters_;
};

}  // namespace

FactorKind backup_kind() {
  return {.word = to_string(Method::backup),
          .method = Method::backup,
          .is_usual = false,
          .used = NoticeKind::code_used,
          .has_form = has_form,
          .open = [](const std::string&, const UserRecord& record,
                     KeyRing*) -> std::unique_ptr<Factor> {
            return std::make_unique<BackupFactor>(record.backup_codes);
          }};
}

FactorKind bypass_kind() {
  return {.word = "bypass",
          .method = std::nullopt,
          .is_usual = false,
          .used = NoticeKind::bypass_used,
          .has_form = has_form_of_backup_code,
          .open = [](const std::string&, const UserRecord& record, KeyRing*)
              -> std::unique_ptr<Factor> { return std::make_unique<BypassFactor>(record); }};
}

}  // namespace sms2fa
