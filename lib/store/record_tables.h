// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/store/store.h"
#include "lib/store/transaction.h"

// What Store promises about verdicts, used steps and backup codes, as operations on the tables of
// schema/2_records.sql. Everything throws DatabaseFailure.
namespace sms2fa::record_tables {

void record_verdict(Transaction& transaction, const VerdictRecord& record);
std::vector<VerdictRecord> recent_verdicts(Transaction& transaction,
                                           const std::optional<std::string>& user, size_t limit);

bool use_totp_step(Transaction& transaction, const std::string& user, int64_t step);

void replace_backup_codes(Transaction& transaction, const std::string& user,
                          const std::string& parameters, const std::vector<std::string>& hashes);
std::optional<BackupCodes> backup_codes(Transaction& transaction, const std::string& user);
bool use_backup_code(Transaction& transaction, const std::string& user, const std::string& hash);

}  // namespace sms2fa::record_tables
