// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lib/base/text.h"
#include "lib/base/unique_fd.h"
#include "lib/base/write_all.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/output/open_metrics.h"
#include "programs/sms2fa/state/state_access.h"
#include "programs/sms2fa/system/child.h"

namespace sms2fa {

namespace {

constexpr const char* kName = "metrics";
constexpr std::chrono::seconds kPatience{20};
constexpr mode_t kForEverybodyToRead = 0644;

Result<std::string> read_metrics(const std::string& configuration) {
  const auto access = StateAccess::open(configuration);
  if (!access) return access.error();
  Store& store = (*access)->store();
  const auto counters = store.counters();
  if (!counters) return counters.error();
  const auto users = store.user_states();
  if (!users) return users.error();
  const auto providers = store.provider_states();
  if (!providers) return providers.error();
  return open_metrics(*counters, *users, *providers);
}

bool replace(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new-" + std::to_string(getpid());
  const UniqueFd fd(
      open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return false;
  const bool done = write_all(fd.get(), text) && fchmod(fd.get(), kForEverybodyToRead) == 0 &&
                    rename(draft.c_str(), path.c_str()) == 0;
  const int why = errno;
  if (!done) unlink(draft.c_str());
  errno = why;
  return done;
}

// The store is read in a child, which gives up root or capabilities for it; the file is written by
// this process, which has kept them.
Answer write_file(const Arguments& arguments, const Console& console) {
  const ChildEnd end = in_child(kPatience, [&](int out) {
    const auto text = read_metrics(arguments.configuration);
    if (!text) return tell(kName, arguments, refusal(text.error()), console);
    return write_all(out, *text) ? EX_OK : EX_OSERR;
  });
  if (!end.succeeded())
    return told(WIFEXITED(end.status) && !end.late ? WEXITSTATUS(end.status) : EX_SOFTWARE);
  if (!replace(arguments.output, end.text))
    return refusal(EX_CANTCREAT, escape(arguments.output) + ": " + std::strerror(errno),
                   "The directory must exist, and be writable for the one who runs this.");
  return {};
}

Result<Answer> run(const Arguments& arguments, const Console& console) {
  if (!arguments.output.empty()) return write_file(arguments, console);
  const auto text = read_metrics(arguments.configuration);
  if (!text) return text.error();
  Answer answer;
  answer.say(text->substr(0, text->size() - 1));
  return answer;
}

}  // namespace

Command metrics_command() {
  return {.name = kName,
          .summary = "counters and latencies as OpenMetrics text",
          .description =
              "Prints counters and latencies by provider, method and result as OpenMetrics text, "
              "without anybody's name or number. They are kept in the store: the daemon may run or "
              "not.",
          .example = "sudo sms2fa metrics --output /var/lib/prometheus/node-exporter/sms2fa.prom",
          .options = {{.name = "output",
                       .value = "FILE",
                       .meaning = "into this file, replaced in one step: for node_exporter's "
                                  "textfile collector, whose files end in .prom",
                       .take = take<&Arguments::output>},
                      kConfigOption},
          .run = run};
}

}  // namespace sms2fa
