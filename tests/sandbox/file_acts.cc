// SPDX-License-Identifier: Apache-2.0
// Files: what the store and the outbox do below their directory, and the same elsewhere.
#include <fcntl.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "lib/base/unique_fd.h"
#include "tests/sandbox/act.h"

namespace sms2fa::test {

namespace {

int open_for(const std::string& path, int flags) {
  return call_result(UniqueFd(open(path.c_str(), flags | O_CLOEXEC, 0600)).get());
}

int work_in(const std::string& directory) {
  const std::string draft = directory + "/draft";
  const std::string file = directory + "/file";
  const UniqueFd fd(open(draft.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) return errno;
  if (pwrite(fd.get(), "x", 1, 0) != 1 || fsync(fd.get()) != 0 || ftruncate(fd.get(), 0) != 0)
    return errno;
  if (rename(draft.c_str(), file.c_str()) != 0) return errno;
  return call_result(unlink(file.c_str()));
}

int work_inside(const Ground& ground) {
  return work_in(ground.inside);
}

int work_outside(const Ground& ground) {
  return work_in(ground.outside);
}

int write_existing_outside(const Ground& ground) {
  return open_for(ground.outside + "/existing", O_WRONLY);
}

int truncate_outside(const Ground& ground) {
  return open_for(ground.outside + "/existing", O_RDONLY | O_TRUNC);
}

int remove_outside(const Ground& ground) {
  return call_result(unlink((ground.outside + "/existing").c_str()));
}

int make_directory_outside(const Ground& ground) {
  return call_result(mkdir((ground.outside + "/directory").c_str(), 0700));
}

int move_out(const Ground& ground) {
  const std::string from = ground.inside + "/moving";
  if (const int error = open_for(from, O_WRONLY | O_CREAT); error != 0) return error;
  return call_result(rename(from.c_str(), (ground.outside + "/moved").c_str()));
}

int link_symbolically(const Ground& ground) {
  return call_result(symlink("/etc/shadow", (ground.inside + "/link").c_str()));
}

int make_device(const Ground& ground) {
  return call_result(mknod((ground.inside + "/null").c_str(), S_IFCHR | 0600, makedev(1, 3)));
}

int make_fifo(const Ground& ground) {
  return call_result(mkfifo((ground.inside + "/fifo").c_str(), 0600));
}

int give_away(const Ground& ground) {
  return call_result(chown(ground.inside.c_str(), getuid(), getgid()));
}

int open_up(const Ground& ground) {
  return call_result(chmod(ground.inside.c_str(), 0777));
}

int read_passwords(const Ground&) {
  return open_for("/etc/shadow", O_RDONLY);
}

int write_kernel_setting(const Ground&) {
  return open_for("/proc/sys/kernel/core_pattern", O_WRONLY);
}

int write_own_memory(const Ground&) {
  return open_for("/proc/self/mem", O_RDWR);
}

int type_into_terminal(const Ground&) {
  const UniqueFd terminal(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const char letter = 'x';
  return call_result(ioctl(terminal.get(), TIOCSTI, &letter));
}

int look_up_account(const Ground&) {
  errno = 0;
  if (getpwnam("daemon") == nullptr) return errno == 0 ? ENOENT : errno;
  return 0;
}

int read_settings(const Ground&) {
  return open_for("/etc/passwd", O_RDONLY);
}

}  // namespace

std::vector<Act> file_acts() {
  return {
      {"write, sync, rename and remove where it may", work_inside, 0},
      {"write elsewhere", work_outside, EACCES},
      {"write a file elsewhere", write_existing_outside, EACCES},
      {"truncate elsewhere", truncate_outside, EACCES},
      {"remove elsewhere", remove_outside, EACCES},
      {"make a directory elsewhere", make_directory_outside, EACCES},
      {"move a file out", move_out, EACCES},
      {"make a symbolic link", link_symbolically, ENOSYS},
      {"make a device", make_device, ENOSYS},
      {"make a FIFO", make_fifo, ENOSYS},
      {"give a file away", give_away, ENOSYS},
      {"open a directory up", open_up, ENOSYS},
      {"read the password file", read_passwords, EACCES},
      {"change a setting of the kernel", write_kernel_setting, EACCES},
      {"write its own memory by file", write_own_memory, EACCES},
      {"type into a terminal", type_into_terminal, ENOSYS, ENOTTY},
      {"look up an account", look_up_account, 0},
      {"read what everybody may", read_settings, 0},
  };
}

}  // namespace sms2fa::test
