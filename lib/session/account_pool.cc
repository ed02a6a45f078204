// SPDX-License-Identifier: Apache-2.0
#include "lib/session/account_pool.h"

#include <algorithm>
#include <exception>

namespace sms2fa {

namespace {

size_t places_of(Lane lane) {
  switch (lane) {
    case Lane::proven:
      return 32;
    case Lane::unproven:
      return 16;
    case Lane::own:
      return 4;
    case Lane::named:
      return 8;
  }
  return 4;
}

Error silent() {
  return make_error(ErrorKind::unavailable, "the user database did not answer in time");
}

}  // namespace

Result<std::optional<Identity>> AccountPool::find(Lane lane, const std::string& typed) {
  return answer({lane, "name " + typed}, [this, typed] { return accounts_.find(typed); });
}

Result<std::optional<Identity>> AccountPool::find_in(Lane lane, const std::string& typed,
                                                     const std::vector<std::string>& groups) {
  std::string key = "member " + typed;
  for (const std::string& group : groups) key += " @" + group;
  return answer({lane, key}, [this, typed, groups]() -> Found {
    auto account = accounts_.find(typed);
    if (!account || !*account) return account;
    const auto is_member = accounts_.is_in(**account, groups);
    if (!is_member) return is_member.error();
    return *is_member ? account : Found(std::nullopt);
  });
}

Result<std::optional<Identity>> AccountPool::owner_of(Lane lane, uid_t uid) {
  return answer({lane, "uid " + std::to_string(uid)},
                [this, uid] { return accounts_.owner_of(uid); });
}

Result<Memberships> AccountPool::memberships(Lane lane, const Identity& account,
                                             const std::vector<std::string>& names) {
  std::string key = "groups";
  // None of the names has a line's end or a NUL in it; what was typed may.
  for (const std::string& name : names) key += "\n" + name;
  key += '\0' + account.name;
  {
    const MutexLock lock(mutex_);
    const auto* const known = memberships_.find(key, std::chrono::steady_clock::now());
    if (known != nullptr) return *known;
  }
  auto found = answer({lane, key}, [this, account, names]() -> Found {
    auto memberships = accounts_.memberships(account, names);
    if (!memberships) return memberships.error();
    Identity member = account;
    member.memberships = std::move(*memberships);
    return std::optional(std::move(member));
  });
  if (!found) return found.error();
  // Of a group that is missing nothing is known, and it is asked for again.
  if ((*found)->memberships.size() == names.size()) {
    const MutexLock lock(mutex_);
    memberships_.keep(key, (*found)->memberships, std::chrono::steady_clock::now());
  }
  return std::move((*found)->memberships);
}

size_t AccountPool::under_way_in(Lane lane) const {
  return static_cast<size_t>(
      std::count_if(under_way_.begin(), under_way_.end(),
                    [lane](const auto& item) { return item.first.first == lane; }));
}

AccountPool::Found AccountPool::answer(const Key& key, Ask ask) {
  const SteadyTime until = std::chrono::steady_clock::now() + patience_;
  MutexLock lock(mutex_);
  const auto has_place = [&]() REQUIRES(mutex_) {
    return under_way_.contains(key) || under_way_in(key.first) < places_of(key.first);
  };
  if (!changed_.wait_until(lock, until, has_place)) return silent();
  auto found = under_way_.find(key);
  if (found == under_way_.end()) {
    const auto begun = std::make_shared<Search>();
    std::function<void()> work = [this, key, begun, ask = std::move(ask)] {
      search(key, begun, ask);
    };
    found = under_way_.emplace(key, begun).first;
    if (!threads_.run(std::move(work))) {
      under_way_.erase(found);
      return make_error(ErrorKind::unavailable, "no thread to ask the user database with");
    }
  }
  const std::shared_ptr<Search> result = found->second;
  const bool answered = changed_.wait_until(lock, until, [&] { return result->has_value(); });
  return answered ? **result : silent();
}

void AccountPool::search(const Key& key, const std::shared_ptr<Search>& result,
                         const Ask& ask) noexcept {
  Search answer;
  try {
    answer = ask();
  } catch (const std::exception&) {
    answer = Error{ErrorKind::unavailable, "no memory"};
  }
  const MutexLock lock(mutex_);
  *result = std::move(answer);
  under_way_.erase(key);
  changed_.notify_all();
}

}  // namespace sms2fa
