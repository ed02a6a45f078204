// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/random.h"
#include "lib/base/result.h"

namespace sms2fa {

// The database's path and the files that stand beside it: SQLite's `-wal` and `-shm`, and the
// marker `.exists`, which says that there has been a database here, so that one that is gone is not
// taken for one that never was. Holds no descriptor: closing one would drop the locks that SQLite
// has on the file.
class StatePlace {
 public:
  // Makes `path` absolute. Refused: a directory that is missing, not owned by a trusted owner, or
  // that others can write to, sticky or not.
  static Result<StatePlace> at(const std::string& path);

  const std::string& path() const { return path_; }

  // True when the database is there, false when there has never been one. Refused: a database, log
  // or index that is a symlink or no regular file, is owned by strangers or open to group or
  // others; an empty database; one that is gone although the marker or a log of it is left.
  Result<bool> has_database() const;

  // Lets `fill` make a database under another name, and gives it its own in one step. No error when
  // another process was faster. As root, the directory's owner becomes the file's owner.
  Result<void> create(Random& random,
                      const std::function<Result<void>(const std::string& path)>& fill) const;

  // Writes the marker, durably, unless it is there.
  Result<void> mark() const;

  // Remembers which files SQLite has open now: the database, its log and its index.
  Result<void> note_open_files();
  // An error when one of them is no longer what its path names.
  Result<void> still_there() const;

  // Which file the path named at note_open_files().
  struct Identity {
    dev_t device;
    ino_t inode;
    bool operator==(const Identity&) const = default;
  };
  std::optional<Identity> database_identity() const;

 private:
  StatePlace(std::string path, std::string directory)
      : path_(std::move(path)), directory_(std::move(directory)) {}
  Error refuse(ErrorKind kind, const std::string& path, const std::string& reason) const;
  Result<bool> check_file(const std::string& path) const;
  Result<void> own_like_directory(int fd, const std::string& path) const;
  Result<void> sync_directory() const;
  std::string marker() const { return path_ + ".exists"; }

  std::string path_;
  std::string directory_;
  std::vector<Identity> open_files_;
};

}  // namespace sms2fa
