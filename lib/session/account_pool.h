// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/mutex.h"
#include "lib/directory/account_lookup.h"
#include "lib/session/login_request.h"
#include "lib/session/membership_cache.h"
#include "lib/session/worker_pool.h"

namespace sms2fa {

// Looks accounts up in a bounded number of threads, and waits for each no longer than a deadline:
// name services that hang take no attempt with them. One name takes one place, however many ask for
// it, and each lane has places of its own. Thread-safe.
class AccountPool {
 public:
  static constexpr Milliseconds kPatience{3000};

  // `accounts` must outlive the pool.
  explicit AccountPool(AccountLookup& accounts, Milliseconds patience = kPatience)
      : accounts_(accounts), patience_(patience) {}

  // As AccountLookup. An error also when no answer came in time.
  Result<std::optional<Identity>> find(Lane lane, const std::string& typed);
  // As find(); nullopt also for who is in none of the groups.
  Result<std::optional<Identity>> find_in(Lane lane, const std::string& typed,
                                          const std::vector<std::string>& groups);
  Result<std::optional<Identity>> owner_of(Lane lane, uid_t uid);
  // As AccountLookup::memberships(), or what that said a moment ago.
  Result<Memberships> memberships(Lane lane, const Identity& account,
                                  const std::vector<std::string>& names);

  // Waits for what is still under way, at most `patience`. True when nothing is left.
  bool finish(Milliseconds patience) { return threads_.finish(patience); }

 private:
  using Found = Result<std::optional<Identity>>;
  using Ask = std::function<Found()>;
  using Key = std::pair<Lane, std::string>;
  using Search = std::optional<Found>;  // empty until it has ended

  Found answer(const Key& key, Ask ask);
  void search(const Key& key, const std::shared_ptr<Search>& result, const Ask& ask) noexcept;
  size_t under_way_in(Lane lane) const REQUIRES(mutex_);

  AccountLookup& accounts_;
  const Milliseconds patience_;
  Mutex mutex_;
  Condition changed_;
  std::map<Key, std::shared_ptr<Search>> under_way_ GUARDED_BY(mutex_);
  MembershipCache memberships_ GUARDED_BY(mutex_);
  // More than there are places: a place is free before its thread is. Last: they use the others.
  WorkerPool threads_{128};
};

}  // namespace sms2fa
