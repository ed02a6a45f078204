// SPDX-License-Identifier: Apache-2.0
// users.conf: names within their bounds, each once; or refused.
#include "lib/config/users_file.h"

#include <set>
#include <string>

#include "lib/base/text.h"
#include "tests/fuzz/fuzz.h"

namespace sms2fa::test {

void fuzz(std::string_view input) {
  std::set<std::string> names;
  bool twice = false;
  const auto read = read_users_file(as_file(input), [&](const UserLine& line) -> Result<void> {
    promise(!line.name.empty() && line.name.size() <= 255 && is_valid_utf8(line.name));
    promise(line.name.find_first_of(" \t/:\n") == std::string_view::npos);
    twice |= !names.insert(std::string(line.name)).second;
    return {};
  });
  promise(!read || !twice);
}

}  // namespace sms2fa::test
