// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/store/group_commit.h"
#include "lib/store/state_file.h"
#include "lib/store/store_time.h"

namespace sms2fa {

// Commits batches to the store's file, and keeps the file itself trustworthy.
//
// Every error but another process's lock closes the file: after a failed write or sync neither
// SQLite's memory nor the kernel's need agree with the disk. The next batches open it anew, with
// all the checks of a first start, at most once in `reopen_after`; until that succeeds everything
// fails. A file that was removed or replaced under way is never opened again: what was counted
// since is not in the new one. One thread at a time.
class StateWriter {
 public:
  struct Options {
    Milliseconds patience{1500};  // for another process's lock
    Milliseconds reopen_after{1000};
  };

  // `random` and `time` must outlive the writer.
  StateWriter(StateFile state, Options options, Random& random, const TimeSource& time);
  ~StateWriter();
  StateWriter(const StateWriter&) = delete;
  StateWriter& operator=(const StateWriter&) = delete;

  // For GroupCommit. Each operation stands or falls by itself; all share one commit.
  Result<void> commit(GroupCommit::Jobs& batch);

 private:
  Result<void> commit_batch(GroupCommit::Jobs& batch);
  Result<void> reopen();
  void tidy();
  Error failed(const std::string& why) const;

  const std::string path_;
  const Options options_;
  Random& random_;
  const TimeSource& time_;
  const std::optional<StatePlace::Identity> identity_;
  std::optional<StateFile> state_;
  std::optional<Error> lost_;  // for good
  std::optional<Error> reopening_failed_;
  SteadyTime reopen_at_{};
  SteadyTime drop_expired_at_{};
  unsigned batches_ = 0;
};

}  // namespace sms2fa
