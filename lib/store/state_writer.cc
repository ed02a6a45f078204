// SPDX-License-Identifier: Apache-2.0
#include "lib/store/state_writer.h"

#include <vector>

#include "lib/store/answer_tables.h"
#include "lib/store/enrolment_tables.h"
#include "lib/store/limit_tables.h"
#include "lib/store/operation_tables.h"

namespace sms2fa {

namespace {

using Kind = DatabaseFailure::Kind;

// Beyond 4 MiB the log is copied into the file.
constexpr int kLongLog = 1000;
constexpr std::chrono::seconds kDropExpiredEvery{60};
// A batch adds at most 128 rows of a kind.
constexpr unsigned kBoundFloodsEvery = 100;

SteadyTime steady_now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

StateWriter::StateWriter(StateFile state, Options options, Random& random, const TimeSource& time)
    : path_(state.place.path()),
      options_(options),
      random_(random),
      time_(time),
      identity_(state.place.database_identity()),
      state_(std::move(state)) {}

StateWriter::~StateWriter() {
  if (state_ && state_->place.still_there()) state_->database.close_cleanly();
}

Error StateWriter::failed(const std::string& why) const {
  return make_error(ErrorKind::unavailable, path_ + ": " + why);
}

Result<void> StateWriter::reopen() {
  if (lost_) return *lost_;
  if (state_) return {};
  if (reopening_failed_ && steady_now() < reopen_at_) return *reopening_failed_;
  auto opened = open_state(path_, Missing::refuse, options_.patience, random_, time_);
  if (!opened) {
    reopen_at_ = steady_now() + options_.reopen_after;
    reopening_failed_ = opened.error();
    return opened.error();
  }
  if (opened->place.database_identity() != identity_) {
    lost_ = failed("was replaced while in use (see docs/STORE.md)");
    return *lost_;
  }
  reopening_failed_.reset();
  state_.emplace(std::move(*opened));
  return {};
}

Result<void> StateWriter::commit(GroupCommit::Jobs& batch) {
  if (auto opened = reopen(); !opened) return opened;
  try {
    if (auto committed = commit_batch(batch); !committed) {
      lost_ = committed.error();
      state_.reset();
      return committed;
    }
    tidy();
    return {};
  } catch (const DatabaseFailure& failure) {
    if (failure.kind() != Kind::busy) state_.reset();
    return failed(failure.what());
  } catch (...) {
    state_.reset();
    throw;
  }
}

// An error means that the file is no longer where it was.
Result<void> StateWriter::commit_batch(GroupCommit::Jobs& batch) {
  std::vector<Result<void>> results;
  results.reserve(batch.size());
  Transaction transaction(state_->database, time_);
  for (auto& job : batch) {
    try {
      transaction.run(job.operation());
      results.emplace_back();
    } catch (const DatabaseFailure& failure) {
      if (failure.kind() != Kind::rule) throw;
      results.emplace_back(make_error(ErrorKind::internal, path_ + ": " + failure.what()));
    }
  }
  transaction.commit();
  // Looked at last: what was committed to a file without a name has not lasted.
  if (auto there = state_->place.still_there(); !there) return there;
  auto result = results.begin();
  for (auto& job : batch) job.finish(std::move(*result++));
  return {};
}

// Work that nobody should wait for: the batch's callers are gone by now.
void StateWriter::tidy() {
  Database& database = state_->database;
  const bool expired = steady_now() >= drop_expired_at_;
  if (expired || ++batches_ % kBoundFloodsEvery == 0) {
    Transaction transaction(database, time_);
    if (expired) transaction.run(limit_tables::drop_expired);
    if (expired) transaction.run(answer_tables::drop_expired);
    if (expired) transaction.run(operation_tables::drop_expired);
    if (expired) transaction.run(enrolment_tables::drop_expired);
    transaction.run(limit_tables::bound_floods);
    transaction.run(answer_tables::bound_floods);
    transaction.commit();
    if (expired) drop_expired_at_ = steady_now() + kDropExpiredEvery;
  }
  if (database.log_pages() >= kLongLog) (void)database.checkpoint();
}

}  // namespace sms2fa
