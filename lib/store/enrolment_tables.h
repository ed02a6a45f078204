// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/store/enrolment.h"
#include "lib/store/transaction.h"

// What EnrolmentStore promises, as operations on the tables of schema/*_enrolments.sql. Everything
// throws DatabaseFailure.
namespace sms2fa::enrolment_tables {

Enrolment enrolment_of(Transaction& transaction, const std::string& user);
std::vector<std::string> enrolled_users(Transaction& transaction);

// A plan whose time has come becomes the number. Before every change.
void settle_plan(Transaction& transaction, const std::string& user);

PutStatus set_number(Transaction& transaction, const std::string& user, const std::string& sealed);
PutStatus plan_number(Transaction& transaction, const std::string& user, const std::string& sealed,
                      std::chrono::seconds wait);
PutStatus put_app(Transaction& transaction, const std::string& user, const EnrolledApp& app);

void invite(Transaction& transaction, const std::string& user, const std::string& parameters,
            const std::string& hash, std::chrono::seconds lifetime);
std::optional<Invitation> invitation_of(Transaction& transaction, const std::string& user);
bool is_invited(Transaction& transaction, const std::string& user, const std::string& hash);
void use_up_invitation(Transaction& transaction, const std::string& user);
void drop_expired(Transaction& transaction);

bool remove_enrolment(Transaction& transaction, const std::string& user);

// nullopt, with nothing changed, when `reseal` gave up.
std::optional<size_t> reseal(Transaction& transaction, const std::string& key_id,
                             const EnrolmentStore::Reseal& reseal);

}  // namespace sms2fa::enrolment_tables
