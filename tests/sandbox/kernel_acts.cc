// SPDX-License-Identifier: Apache-2.0
// The kernel and the machine: mounts, namespaces, keys, modules, clocks.
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <ctime>

#include "tests/sandbox/act.h"

namespace sms2fa::test {

namespace {

int mount_something(const Ground& ground) {
  if (mount("none", ground.outside.c_str(), "tmpfs", 0, nullptr) != 0) return errno;
  return call_result(umount2(ground.outside.c_str(), MNT_DETACH));
}

int unmount_something(const Ground& ground) {
  return call_result(umount2(ground.outside.c_str(), 0));
}

int open_file_system(const Ground&) {
  return call_result(syscall(SYS_fsopen, "tmpfs", 0));
}

int copy_mounts(const Ground&) {
  return call_result(syscall(SYS_open_tree, AT_FDCWD, "/", 1));
}

int pivot(const Ground& ground) {
  return call_result(syscall(SYS_pivot_root, ground.outside.c_str(), "/nowhere"));
}

int change_root(const Ground& ground) {
  return call_result(chroot(ground.inside.c_str()));
}

int make_user_namespace(const Ground&) {
  return call_result(unshare(CLONE_NEWUSER));
}

int make_network_namespace(const Ground&) {
  return call_result(unshare(CLONE_NEWNET));
}

int enter_namespace(const Ground&) {
  return call_result(setns(-1, 0));
}

int load_bpf(const Ground&) {
  bpf_attr attributes{};
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = attributes.value_size = sizeof(uint32_t);
  attributes.max_entries = 1;
  return call_result(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes));
}

int count_events(const Ground&) {
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_DUMMY;
  attributes.size = sizeof attributes;
  return call_result(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
}

int add_key(const Ground&) {
  return call_result(syscall(SYS_add_key, "user", "sms2fa-test", "x", 1, KEY_SPEC_PROCESS_KEYRING));
}

int look_at_keys(const Ground&) {
  return call_result(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1));
}

int handle_page_faults(const Ground&) {
  return call_result(syscall(SYS_userfaultfd, O_CLOEXEC));
}

int make_ring(const Ground&) {
  std::array<char, 120> parameters{};
  return call_result(syscall(SYS_io_uring_setup, 1, parameters.data()));
}

int load_module(const Ground&) {
  return call_result(syscall(SYS_finit_module, -1, "", 0));
}

int unload_module(const Ground&) {
  return call_result(syscall(SYS_delete_module, "sms2fa_no_such_module", 0));
}

int swap_on(const Ground&) {
  return call_result(swapon("/nowhere", 0));
}

int reboot(const Ground&) {
  return call_result(syscall(SYS_reboot, 0, 0, 0, nullptr));
}

int name_host(const Ground&) {
  return call_result(sethostname("web01", 5));
}

int set_clock(const Ground&) {
  return call_result(syscall(SYS_clock_settime, CLOCK_REALTIME, nullptr));
}

int read_kernel_log(const Ground&) {
  constexpr int kSize = 10;
  return call_result(klogctl(kSize, nullptr, 0));
}

}  // namespace

std::vector<Act> kernel_acts() {
  return {
      {"mount", mount_something, kKilled},
      {"unmount", unmount_something, kKilled, EINVAL},
      {"open a file system", open_file_system, kKilled},
      {"copy mounts", copy_mounts, kKilled},
      {"pivot the root", pivot, kKilled, ENOENT},
      {"change the root", change_root, kKilled},
      {"make a user namespace", make_user_namespace, kKilled},
      {"make a network namespace", make_network_namespace, kKilled},
      {"enter a namespace", enter_namespace, kKilled, EBADF},
      {"use BPF", load_bpf, kKilled},
      {"count events", count_events, kKilled},
      {"add a key", add_key, kKilled},
      {"look at keys", look_at_keys, kKilled},
      {"handle page faults", handle_page_faults, kKilled},
      {"make an io_uring", make_ring, ENOSYS},
      {"load a module", load_module, kKilled, EBADF},
      {"unload a module", unload_module, kKilled, ENOENT},
      {"swap", swap_on, kKilled, ENOENT},
      {"reboot", reboot, kKilled, EINVAL},
      {"name the host", name_host, ENOSYS},
      {"set the clock", set_clock, ENOSYS, EFAULT},
      {"read the kernel's log", read_kernel_log, ENOSYS},
  };
}

}  // namespace sms2fa::test
