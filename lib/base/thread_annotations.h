// SPDX-License-Identifier: Apache-2.0
#pragma once

// What clang's -Wthread-safety checks (https://clang.llvm.org/docs/ThreadSafetyAnalysis.html), and
// nothing for compilers that know none of it.
#if defined(__clang__)
#define SMS2FA_THREAD(x) __attribute__((x))
#else
#define SMS2FA_THREAD(x)
#endif

// Of a member: only with this mutex held is it read or written.
#define GUARDED_BY(x) SMS2FA_THREAD(guarded_by(x))
// Of a function: its caller holds this mutex.
#define REQUIRES(...) SMS2FA_THREAD(requires_capability(__VA_ARGS__))

// For mutexes and locks themselves (mutex.h).
#define CAPABILITY(x) SMS2FA_THREAD(capability(x))
#define SCOPED_CAPABILITY SMS2FA_THREAD(scoped_lockable)
#define ACQUIRE(...) SMS2FA_THREAD(acquire_capability(__VA_ARGS__))
#define RELEASE(...) SMS2FA_THREAD(release_capability(__VA_ARGS__))
