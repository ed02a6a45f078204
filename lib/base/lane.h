// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sms2fa {

// How much is known of the one who asks, and so which share of everything bounded they may use.
enum class Lane {
  proven,    // a host that runs as root has seen a first factor
  unproven,  // such a host, but perhaps nothing was proven to it
  own,       // a program of an ordinary user, who speaks for themselves
  named,     // a service of an account that [peer] names, who speaks for its groups
};

}  // namespace sms2fa
