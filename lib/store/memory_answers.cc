// SPDX-License-Identifier: Apache-2.0
// The part of MemoryStore that counts answers.
#include <algorithm>

#include "lib/store/memory_store.h"

namespace sms2fa {

using answer_rules::CountingState;
using answer_rules::kDayMs;
using answer_rules::seconds_until;

namespace {

std::string key_of(Series series, const std::string& place) {
  return series == Series::familiar ? "@" + place : to_string(series);
}

}  // namespace

int64_t MemoryStore::now_ms() const {
  return std::chrono::duration_cast<Milliseconds>(clock_.now().time_since_epoch()).count();
}

CountingState MemoryStore::counting_of(const Origin& origin) const {
  CountingState counting;
  counting.series = origin.proven ? Series::strangers : Series::unproven;
  const auto found = answers_.find(origin.user);
  if (found == answers_.end()) return counting;
  const Answers& answers = found->second;
  const auto place = answers.series.find(key_of(Series::familiar, origin.place));
  if (place != answers.series.end() && answer_rules::is_familiar(*place->second.right_ms, now_ms()))
    counting.series = Series::familiar;
  const auto row = answers.series.find(key_of(counting.series, origin.place));
  if (row != answers.series.end()) counting.row = row->second.row;
  counting.person = answers.person;
  for (const auto& [day, use] : answers.days) {
    if (day < answer_rules::first_day(now_ms())) continue;
    counting.year.chance += use.chance;
    counting.year.strangers += use.strangers;
    counting.year.unproven += use.unproven;
  }
  return counting;
}

Result<UserState> MemoryStore::state_of(const Origin& origin) {
  const MutexLock lock(mutex_);
  return counting_of(origin).state(now_ms());
}

Result<CountedAttempt> MemoryStore::count_attempt(const Origin& origin, int64_t chance,
                                                  const LockRules& rules) {
  const MutexLock lock(mutex_);
  if (origin.user == kDecoyUser) {
    const Series series = origin.proven ? Series::strangers : Series::unproven;
    return CountedAttempt{.id = ++last_id_, .state = {.series = series}};
  }
  const int64_t now = now_ms();
  CountingState counting = counting_of(origin);
  CountedAttempt counted;
  counted.generation = current_generation(origin.user);
  if (counting.is_locked(now)) {
    counted.state = counting.state(now);
    return counted;
  }
  const auto attempt = answer_rules::count(counting, chance, rules, now, false, counted);
  Answers& answers = answers_[origin.user];
  answers.person = counting.person;
  answers.series[key_of(attempt.series, origin.place)].row = counting.row;
  YearlyUse& day = answers.days[now / kDayMs];
  day.chance += attempt.chance;
  if (attempt.weak && attempt.series != Series::familiar) ++day.strangers;
  if (attempt.weak && attempt.series == Series::unproven) ++day.unproven;
  answers.last_day.push_back(now);
  counted.id = ++last_id_;
  counted_[*counted.id] = {origin.user, origin.place, attempt, counted.generation};
  counted.failures_last_day = failed_since_yesterday(origin.user);
  return counted;
}

void MemoryStore::take_back(const Counted& counted, Answers& answers) {
  const auto& attempt = counted.attempt;
  answer_rules::take_back(attempt, answers.series[key_of(attempt.series, counted.place)].row,
                          answers.person);
  const auto day = answers.days.find(attempt.at_ms / kDayMs);
  if (!attempt.weak || day == answers.days.end()) return;
  day->second.chance = std::max<int64_t>(0, day->second.chance - attempt.chance);
  if (attempt.series != Series::familiar && day->second.strangers > 0) --day->second.strangers;
  if (attempt.series == Series::unproven && day->second.unproven > 0) --day->second.unproven;
}

void MemoryStore::make_familiar(Answers& answers, const std::string& place) const {
  answers.series[key_of(Series::familiar, place)] = {{}, now_ms()};
  const auto familiar = [](const auto& one) { return one.second.right_ms.has_value(); };
  if (std::count_if(answers.series.begin(), answers.series.end(), familiar) <= kMostFamiliar)
    return;
  auto oldest = answers.series.end();
  for (auto one = answers.series.begin(); one != answers.series.end(); ++one)
    if (familiar(*one) &&
        (oldest == answers.series.end() || *one->second.right_ms < *oldest->second.right_ms))
      oldest = one;
  answers.series.erase(oldest);
}

Result<unsigned> MemoryStore::commit_outcome(AttemptId id, bool right,
                                             const std::vector<AttemptId>& before) {
  const MutexLock lock(mutex_);
  const auto found = counted_.find(id);
  if (!right) {
    if (found != counted_.end()) found->second.judged = true;
    return 0u;
  }
  if (found == counted_.end() || found->second.judged)
    return make_error(ErrorKind::internal, "an outcome of an attempt that was not counted");
  const Counted counted = found->second;
  counted_.erase(found);
  if (counted.generation != current_generation(counted.user))
    return put_outcome(PutStatus::outdated, {}).error();
  Answers& answers = answers_[counted.user];
  take_back(counted, answers);
  auto& times = answers.last_day;
  const auto own_time = std::find(times.begin(), times.end(), counted.attempt.at_ms);
  if (own_time != times.end()) times.erase(own_time);
  for (const AttemptId wrong : before) {
    const auto own = counted_.find(wrong);
    if (own == counted_.end() || own->second.user != counted.user) continue;
    take_back(own->second, answers);
    counted_.erase(own);
  }
  const unsigned untold = answer_rules::end(counted.attempt, answers.person);
  if (!counted.place.empty()) make_familiar(answers, counted.place);
  return untold;
}

Result<unsigned> MemoryStore::failures_last_day(const std::string& user) {
  const MutexLock lock(mutex_);
  return failed_since_yesterday(user);
}

unsigned MemoryStore::failed_since_yesterday(const std::string& user) const {
  const auto found = answers_.find(user);
  if (found == answers_.end()) return 0;
  const auto& times = found->second.last_day;
  return static_cast<unsigned>(std::count_if(
      times.begin(), times.end(), [now = now_ms()](int64_t at) { return now - at < kDayMs; }));
}

Result<std::vector<NamedUserState>> MemoryStore::user_states() {
  const MutexLock lock(mutex_);
  std::vector<NamedUserState> states;
  for (const auto& [user, answers] : answers_) {
    CountingState counting = counting_of({.user = user, .proven = true});
    for (const auto& [place, one] : answers.series)
      counting.row.locked_until_ms =
          std::max(counting.row.locked_until_ms, one.row.locked_until_ms);
    if (counting.person.since_right > 0 || counting.person.disabled || counting.is_locked(now_ms()))
      states.push_back({user, counting.state(now_ms())});
  }
  return states;
}

Result<std::vector<SeriesState>> MemoryStore::series_of(const std::string& user) {
  const MutexLock lock(mutex_);
  std::vector<SeriesState> all;
  const auto found = answers_.find(user);
  if (found == answers_.end()) return all;
  const auto add = [&](Series series, const Place& place) {
    all.push_back({series, static_cast<unsigned>(place.row.consecutive),
                   seconds_until(place.row.locked_until_ms, now_ms()),
                   seconds_until(now_ms(), place.right_ms.value_or(now_ms()))});
  };
  const auto& series = found->second.series;
  for (const Series each : {Series::strangers, Series::unproven})
    if (const auto row = series.find(to_string(each)); row != series.end()) add(each, row->second);
  for (const auto& [key, place] : series)
    if (place.right_ms && answer_rules::is_familiar(*place.right_ms, now_ms()))
      add(Series::familiar, place);
  return all;
}

Result<bool> MemoryStore::unlock(const std::string& user, bool year) {
  const MutexLock lock(mutex_);
  Generation next{};
  if (auto drawn = random_.fill(next); !drawn) return drawn.error();
  generations_[user] = next;
  const auto found = answers_.find(user);
  if (found == answers_.end()) return false;
  auto& [person, series, days, last_day] = found->second;
  bool ended = person.since_right > 0 || person.disabled || (year && !days.empty());
  person = {.untold = person.untold};
  for (auto& [key, place] : series) {
    ended = ended || place.row.consecutive > 0 || place.row.locked_until_ms > 0;
    place.row = {};
  }
  if (year) days.clear();
  return ended;
}

void MemoryStore::drop_old_answers() {
  for (auto& [user, answers] : answers_) {
    std::erase_if(answers.last_day, [&](int64_t at) { return now_ms() - at >= kDayMs; });
    std::erase_if(answers.days,
                  [&](const auto& day) { return day.first < answer_rules::first_day(now_ms()); });
  }
  std::erase_if(counted_,
                [&](const auto& one) { return now_ms() - one.second.attempt.at_ms >= kDayMs; });
}

}  // namespace sms2fa
