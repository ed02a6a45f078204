// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/configuration.h"
#include "lib/session/account_pool.h"
#include "lib/session/login_request.h"
#include "lib/wire/message.h"

namespace sms2fa {

// Where services are, for pam.conf(5).
inline const std::vector<std::string> kPamDirectories = {"/etc/pam.d", "/usr/lib/pam.d",
                                                         "/usr/local/etc/pam.d"};

// What a hello claims, and what the daemon knows of the peer itself. The name is as it was typed.
// What an ordinary user calls their service is "user", unless it is one of the machine's. `named`
// is what [peer] says of the peer, or nullptr; `more` is what of ssh_auth_info came in messages of
// its own.
LoginRequest read_hello(const wire::Message& hello, uid_t peer, const PeerSettings* named = nullptr,
                        const std::vector<std::string>& pam_directories = kPamDirectories,
                        std::string_view more = {});

// Puts the account's own name in the place of the typed one, and of an ordinary user what they are
// called in the place of what they claim in `ruser`. For whom a peer of [peer] may not speak is not
// admitted. An error: it is not known whose account that is; the caller denies.
Result<void> resolve_user(LoginRequest& request, AccountPool& accounts,
                          const PeerSettings* named = nullptr);

// Asks in which of these groups and netgroups the user is. Who can't be asked about stays unknown,
// which rules know to take. A stranger is asked about as everybody is.
void find_memberships(LoginRequest& request, AccountPool& accounts,
                      const std::vector<std::string>& names);

// Root hosts speak for everybody, peers of [peer] at their services for whom is admitted, others
// only for themselves. Precondition: the user is resolved.
bool may_speak(const LoginRequest& request);

}  // namespace sms2fa
