// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace sms2fa {

// The lines of a text, each with its newline.
std::vector<std::string_view> lines_of(std::string_view text);

// A file of the system's and what is to become of it; nullopt: there is none.
struct FileChange {
  std::string path;
  std::optional<std::string> before;
  std::optional<std::string> after;
};

// What a file holds; nullopt when there is none. A symbolic link, a device and the like are
// refused, and so is a file of more than 1 MiB. The error has the path, and what to do.
Result<std::optional<std::string>> read_system_file(const std::string& path);

// A change as `diff -u` shows it.
std::string difference(const FileChange& change);

// Makes all of these changes, or none: a file that has meanwhile become another one, or that can't
// be written, leaves everything as it was. Each file is replaced in one step, and keeps its owner
// and mode; a new one is root's, and everybody may read it.
Result<void> make_changes(const std::vector<FileChange>& changes);

// The same backwards.
Result<void> take_back(const std::vector<FileChange>& changes);

// Writes a copy into a folder that only root can read, in place of an older one of this name.
Result<void> keep_copy(const std::string& folder, const std::string& name, const std::string& text);

}  // namespace sms2fa
