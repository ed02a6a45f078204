// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/system/file_changes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iterator>

#include "lib/base/system_error.h"
#include "lib/base/text.h"
#include "lib/base/unique_fd.h"
#include "lib/base/write_all.h"

namespace sms2fa {

namespace {

constexpr size_t kLargest = size_t{1} << 20;
constexpr size_t kContext = 3;
constexpr mode_t kForEverybodyToRead = 0644;
constexpr mode_t kForRoot = 0600;

// Owner and mode of a file that is replaced, or of a new one, which is this process's own.
struct Ownership {
  uid_t owner = geteuid();
  gid_t group = getegid();
  mode_t mode = kForEverybodyToRead;
};

Result<void> sync_folder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  const UniqueFd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || fsync(fd.get()) != 0) return system_error(escape(folder));
  return {};
}

// Under a hidden name first, which neither libpam nor sshd reads.
Result<void> replace(const std::string& path, const std::string& text, const Ownership& ownership) {
  std::string draft = (std::filesystem::path(path).parent_path() / ".sms2fa-XXXXXX").string();
  const UniqueFd fd(mkostemp(draft.data(), O_CLOEXEC));
  if (!fd.valid()) return system_error(escape(path));
  const bool done = write_all(fd.get(), text) &&
                    fchown(fd.get(), ownership.owner, ownership.group) == 0 &&
                    fchmod(fd.get(), ownership.mode) == 0 && fsync(fd.get()) == 0 &&
                    rename(draft.c_str(), path.c_str()) == 0;
  if (done) return sync_folder(path);
  const Error why = system_error(escape(path));
  (void)unlink(draft.c_str());
  return why;
}

Result<void> make_change(const FileChange& change) {
  const auto now = read_system_file(change.path);
  if (!now) return now.error();
  if (*now != change.before)
    return make_error(ErrorKind::outdated,
                      escape(change.path) + " was changed by somebody else meanwhile");
  if (!change.after) {
    if (change.before && unlink(change.path.c_str()) != 0) return system_error(escape(change.path));
    return sync_folder(change.path);
  }
  Ownership ownership;
  struct stat info {};
  if (change.before) {
    if (lstat(change.path.c_str(), &info) != 0) return system_error(escape(change.path));
    ownership = {info.st_uid, info.st_gid, info.st_mode & 07777};
  }
  return replace(change.path, *change.after, ownership);
}

FileChange reversed(const FileChange& change) {
  return {change.path, change.after, change.before};
}

// "-1,7" as in a hunk's head: an empty range has the line before it.
std::string range_text(char sign, size_t begin, size_t count) {
  return sign + std::to_string(count == 0 ? begin : begin + 1) + "," + std::to_string(count);
}

void append(std::string& text, char sign, std::string_view line) {
  text += sign;
  // What is in a file must not steer the terminal, but a tab may.
  for (const char c : line.substr(0, line.find('\n')))
    text += std::iscntrl(static_cast<unsigned char>(c)) != 0 && c != '\t'
                ? escape(std::string_view(&c, 1))
                : std::string(1, c);
  text += line.ends_with('\n') ? "\n" : "\n\\ No newline at end of file\n";
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t newline = text.find('\n');
    const size_t size = newline == std::string_view::npos ? text.size() : newline + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

Result<std::optional<std::string>> read_system_file(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd.valid() && errno == ENOENT) return std::optional<std::string>();
  if (!fd.valid() && errno == ELOOP)
    return make_error(ErrorKind::configuration,
                      escape(path) +
                          " is a symbolic link; put a copy in its place first: cp "
                          "--remove-destination $(readlink -f " +
                          escape(path) + ") " + escape(path));
  struct stat info {};
  if (!fd.valid() || fstat(fd.get(), &info) != 0) return system_error(escape(path));
  if (!S_ISREG(info.st_mode) || static_cast<size_t>(info.st_size) > kLargest)
    return make_error(ErrorKind::configuration,
                      escape(path) + " is no ordinary file of at most 1 MiB");
  std::string text(static_cast<size_t>(info.st_size), '\0');
  size_t used = 0;
  while (used < text.size()) {
    const ssize_t got = read(fd.get(), text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(escape(path));
    if (got == 0) break;
    used += static_cast<size_t>(got);
  }
  text.resize(used);
  return std::optional<std::string>(std::move(text));
}

// One hunk from the first line that differs to the last: our changes to a file stand together.
std::string difference(const FileChange& change) {
  const auto before = lines_of(change.before ? std::string_view(*change.before) : "");
  const auto after = lines_of(change.after ? std::string_view(*change.after) : "");
  const size_t shorter = std::min(before.size(), after.size());
  size_t head = 0;
  while (head < shorter && before[head] == after[head]) ++head;
  size_t tail = 0;
  while (tail < shorter - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  if (head == before.size() && head == after.size()) return {};
  const size_t begin = head - std::min(head, kContext);
  const size_t rest = std::min(tail, kContext);
  const size_t before_end = before.size() - tail + rest;
  const size_t after_end = after.size() - tail + rest;
  std::string text = "--- " + (change.before ? escape(change.path) : "/dev/null") + "\n+++ " +
                     (change.after ? escape(change.path) : "/dev/null") + "\n@@ " +
                     range_text('-', begin, before_end - begin) + " " +
                     range_text('+', begin, after_end - begin) + " @@\n";
  for (size_t i = begin; i < head; ++i) append(text, ' ', before[i]);
  for (size_t i = head; i < before.size() - tail; ++i) append(text, '-', before[i]);
  for (size_t i = head; i < after.size() - tail; ++i) append(text, '+', after[i]);
  for (size_t i = before.size() - tail; i < before_end; ++i) append(text, ' ', before[i]);
  text.pop_back();
  return text;
}

Result<void> make_changes(const std::vector<FileChange>& changes) {
  for (size_t i = 0; i < changes.size(); ++i) {
    const auto made = make_change(changes[i]);
    if (made) continue;
    std::string left;
    for (size_t undone = i; undone-- > 0;)
      if (!make_change(reversed(changes[undone]))) left += " " + escape(changes[undone].path);
    if (left.empty()) return made.error();
    return make_error(made.error().kind,
                      made.error().message + "; already changed, and not changed back:" + left);
  }
  return {};
}

Result<void> take_back(const std::vector<FileChange>& changes) {
  std::vector<FileChange> back;
  std::transform(changes.rbegin(), changes.rend(), std::back_inserter(back), reversed);
  return make_changes(back);
}

Result<void> keep_copy(const std::string& folder, const std::string& name,
                       const std::string& text) {
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return system_error(escape(folder));
  struct stat info {};
  if (lstat(folder.c_str(), &info) != 0) return system_error(escape(folder));
  if (!S_ISDIR(info.st_mode) || info.st_uid != 0 || (info.st_mode & 0077) != 0)
    return make_error(ErrorKind::permission, escape(folder) +
                                                 ": must be a folder that only root can read: "
                                                 "chown root " +
                                                 escape(folder) + " && chmod 700 " +
                                                 escape(folder));
  return replace(folder + "/" + name, text, {0, 0, kForRoot});
}

}  // namespace sms2fa
