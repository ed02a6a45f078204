// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/outbox.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "lib/base/trusted_file.h"
#include "lib/base/unique_fd.h"
#include "lib/base/write_all.h"

namespace sms2fa {

namespace {

Error failure(const std::string& path, int error) {
  return make_error(error == ENOENT ? ErrorKind::not_found : ErrorKind::permission,
                    path + ": " + std::strerror(error));
}

Result<UniqueFd> open_directory(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat info {};
  if (!fd.valid() || fstat(fd.get(), &info) != 0) return failure(path, errno);
  if (!is_trusted_owner(info.st_uid))
    return make_error(ErrorKind::permission,
                      path + ": is not owned by root or " + std::string(kServiceAccount));
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return make_error(ErrorKind::permission, path + ": is open to others (chmod go-rwx)");
  return fd;
}

// RFC 3339 in UTC.
std::string date(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  std::array<char, sizeof "0000-00-00T00:00:00Z"> text{};
  gmtime_r(&seconds, &parts);
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

}  // namespace

Result<std::unique_ptr<Outbox>> Outbox::create(std::string name, std::string directory,
                                               bool takes_calls, const Clock& clock) {
  if (auto fd = open_directory(directory); !fd) return fd.error();
  return std::unique_ptr<Outbox>(
      new Outbox(std::move(name), std::move(directory), takes_calls, clock));
}

SendReport Outbox::send(const LoginMessage& message, SteadyTime) {
  SendReport report{
      .status = SendStatus::try_elsewhere, .provider = name_, .medium = message.medium};
  if (auto written = write(message); written) {
    report.status = SendStatus::accepted;
    report.message_id = *written;
    report.detail = "written to a file";
  } else {
    report.detail = written.error().message;
  }
  return report;
}

Result<std::string> Outbox::write(const LoginMessage& message) {
  auto opened = open_directory(directory_);
  if (!opened) return opened.error();
  const int directory = opened->get();

  const WallTime now = clock_.wall_now();
  const auto nanoseconds =
      std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  std::array<char, 64> name{};
  std::snprintf(name.data(), name.size(), "%019lld-%06u.txt", static_cast<long long>(nanoseconds),
                ++count_);
  // The dot keeps it from whoever lists or globs the directory before it is whole.
  const std::string temporary = "." + std::string(name.data()) + ".new";

  UniqueFd file(openat(directory, temporary.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.valid()) return failure(directory_, errno);
  std::string head = "To: " + message.to.e164() + "\nDate: " + date(now) + "\n";
  if (message.medium == Medium::voice) head += "Voice: " + message.language + "\n";
  head += "\n";
  if (write_all(file.get(), head) && write_all(file.get(), message.body.reveal()) &&
      write_all(file.get(), "\n") &&
      renameat(directory, temporary.c_str(), directory, name.data()) == 0)
    return std::string(name.data());
  const int error = errno;
  unlinkat(directory, temporary.c_str(), 0);
  return failure(directory_, error);
}

}  // namespace sms2fa
