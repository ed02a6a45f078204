// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lib/config/configuration.h"
#include "lib/directory/account_lookup.h"
#include "lib/directory/directory.h"
#include "lib/session/policy.h"
#include "lib/store/store.h"

namespace sms2fa {

// How many messages one of [limits] leaves a person.
struct LimitState {
  std::string name;  // the key in [limits]
  unsigned count = 0;
  std::chrono::seconds window{0};
  unsigned left = 0;
  std::chrono::seconds next_in{0};  // until there is one again; 0 when some are left
  bool is_share = false;            // the part for logins that have proved nothing first
};

// What a login by somebody would meet at this moment, from a place where they are not known and
// after a password or key. All texts are for showing: numbers masked, untrusted text escaped.
struct Outlook {
  enum class Meets {
    question,  // and a right answer lets in
    decoy,     // the same question, and no answer is right, or only what `reason` says
    nothing,   // unenrolled = allow
    failure    // `detail` says what can't be read; logins end as unavailable
  };

  std::string user;
  bool has_account = false;
  Meets meets = Meets::failure;
  std::string reason;  // of a decoy, as in the log
  std::string detail;
  std::string number;  // where codes go; empty: nowhere
  std::vector<std::string> methods;
  bool by_message = false;
  bool by_other = false;  // an app, a backup code or a bypass code
  // What is enrolled and sealed with a key that can't be read.
  bool app_unavailable = false;
  bool number_unavailable = false;
  int64_t chance = 1;  // of one answer
  std::vector<SeriesState> series;
  std::vector<LimitState> limits;  // none without a number

  // The limit that keeps a message back and ends last; nullptr: none does.
  const LimitState* exhausted() const;
  // Nobody can log in as this person now, other than by waiting or mending something.
  bool is_out() const;
};

// Counts nothing and changes nothing. `account`: whose name this is, as name services say.
Outlook outlook_of(const std::string& user, const Result<std::optional<Identity>>& account,
                   const Configuration& configuration, const Directory& directory, Store& store,
                   KeyRing* keys);

// The request of such a login. A name without an account is taken as one of `virtual_users`, when
// there are any.
LoginRequest imagined_request(const std::string& user, const std::optional<Identity>& account,
                              const DirectorySettings& settings);

const char* to_string(Outlook::Meets meets);
std::optional<Outlook::Meets> meets_from(std::string_view word);

}  // namespace sms2fa
