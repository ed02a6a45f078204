// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/arguments.h"

#include <getopt.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "lib/base/nearest.h"
#include "lib/base/text.h"
#include "lib/wire/daemon_socket.h"
#include "lib/wire/message.h"
#include "programs/sms2fa/command.h"

namespace sms2fa {

namespace {

constexpr std::array kOptions = {option{"config", required_argument, nullptr, 'c'},
                                 option{"socket", required_argument, nullptr, 's'},
                                 option{"provider", required_argument, nullptr, 'p'},
                                 option{"output", required_argument, nullptr, 'o'},
                                 option{"for", required_argument, nullptr, 'f'},
                                 option{"reason", required_argument, nullptr, 'r'},
                                 option{"lines", required_argument, nullptr, 'n'},
                                 option{"png", required_argument, nullptr, 'g'},
                                 option{"import", required_argument, nullptr, 'i'},
                                 option{"with-keys", no_argument, nullptr, 'k'},
                                 option{"dry-run", no_argument, nullptr, 'd'},
                                 option{"voice", no_argument, nullptr, 'v'},
                                 option{"wait", no_argument, nullptr, 'w'},
                                 option{"init", no_argument, nullptr, 'I'},
                                 option{"first", required_argument, nullptr, 'P'},
                                 option{"yes", no_argument, nullptr, 'y'},
                                 option{"limits", no_argument, nullptr, 'l'},
                                 option{"json", no_argument, nullptr, 'j'},
                                 option{"help", no_argument, nullptr, 'h'}};

bool takes(const Command& command, int key) {
  return command.options.find(static_cast<char>(key)) != std::string_view::npos;
}

std::vector<option> options_of(const Command& command) {
  std::vector<option> known;
  for (const auto& each : kOptions)
    if (takes(command, each.val)) known.push_back(each);
  known.push_back({});
  return known;
}

Error usage_error(std::string message) {
  return make_error(ErrorKind::configuration, std::move(message));
}

// `word` is the one that getopt_long() has just passed, except within a cluster of short options.
Error complaint(int verdict, std::string_view word, const std::vector<option>& known) {
  const std::string_view typed = word.substr(0, word.find('='));
  if (verdict == ':') return usage_error(escape(typed) + " needs a value");
  std::vector<std::string> names;
  bool known_letter = optopt == 0;
  for (const auto& each : known) {
    if (each.name == nullptr) continue;
    names.push_back(std::string("--") + each.name);
    known_letter = known_letter || optopt == each.val;
  }
  if (!known_letter) {
    const char letter = static_cast<char>(optopt);
    return usage_error("unknown option -" + escape({&letter, 1}));
  }
  if (optopt != 0) return usage_error(escape(typed) + " takes no value");
  // For the first release.
  if (typed == "--first" && std::find(names.begin(), names.end(), "--init") != names.end())
    return usage_error("--first is --init now");
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const auto near = nearest(typed, candidates);
  return usage_error("unknown option " + escape(typed) +
                     (near ? "; did you mean " + std::string(*near) + "?" : ""));
}

// 0 for anything but a number within the bounds of --lines.
size_t count_in(std::string_view text) {
  size_t count = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), count);
  return error == std::errc() && end == text.end() && count <= kMostVerdicts ? count : 0;
}

// Files come with --import, and only with it.
Result<void> check_import(const Arguments& arguments, const Command& command) {
  if (arguments.import.empty())
    return arguments.dry_run && takes(command, 'i') ? usage_error("--dry-run is for --import")
                                                    : Result<void>();
  constexpr std::array<std::string_view, 3> kFormats = {"google-authenticator", "pam_oath",
                                                        "gecos"};
  if (std::find(kFormats.begin(), kFormats.end(), arguments.import) == kFormats.end()) {
    const auto near = nearest(arguments.import, kFormats);
    return usage_error("--import knows google-authenticator, pam_oath and gecos" +
                       (near ? "; did you mean " + std::string(*near) + "?" : std::string()));
  }
  if (arguments.files.empty()) return usage_error("--import needs the files to read");
  return {};
}

Result<void> check_values(const Arguments& arguments, const Command& command) {
  if (arguments.socket.empty() || arguments.socket[0] != '/' ||
      arguments.socket.size() >= sizeof(sockaddr_un::sun_path))
    return usage_error("--socket needs an absolute path of at most 107 bytes");
  if (arguments.lines == 0)
    return usage_error("--lines needs a number from 1 to " + std::to_string(kMostVerdicts));
  if (command.takes_user == TakesUser::yes && arguments.user.empty())
    return usage_error("which user? Write: sms2fa " + std::string(command.name) + " USER");
  if (command.takes_file && arguments.files.empty())
    return usage_error("which file? Write: sms2fa " + std::string(command.name) + " FILE");
  if (auto good = check_import(arguments, command); !good) return good;
  if (arguments.user.size() > wire::longest(wire::Field::user))
    return usage_error("no user's name is that long");
  return {};
}

}  // namespace

Result<Arguments> parse_arguments(int argc, char** argv, const Command& command) {
  const auto known = options_of(command);
  Arguments arguments;
  arguments.socket = wire::default_socket();
  opterr = 0;
  optind = 0;  // glibc: begin anew
  int verdict = 0;
  const std::string letters = takes(command, 'n') ? ":hn:" : ":h";
  while ((verdict = getopt_long(argc, argv, letters.c_str(), known.data(), nullptr)) != -1) {
    switch (verdict) {
      case 'c':
        arguments.configuration = optarg;
        break;
      case 's':
        arguments.socket = optarg;
        break;
      case 'p':
        arguments.provider = optarg;
        break;
      case 'o':
        arguments.output = optarg;
        break;
      case 'f':
        arguments.duration = optarg;
        break;
      case 'r':
        arguments.reason = optarg;
        break;
      case 'n':
        arguments.lines = count_in(optarg);
        break;
      case 'g':
        arguments.png = optarg;
        break;
      case 'i':
        arguments.import = optarg;
        break;
      case 'k':
        arguments.with_keys = true;
        break;
      case 'd':
        arguments.dry_run = true;
        break;
      case 'v':
        arguments.voice = true;
        break;
      case 'w':
        arguments.wait = true;
        break;
      case 'I':
        arguments.init = true;
        break;
      case 'P':
        arguments.first_factor = optarg;
        break;
      case 'y':
        arguments.yes = true;
        break;
      case 'l':
        arguments.limits = true;
        break;
      case 'j':
        arguments.json = true;
        break;
      case 'h':
        arguments.help = true;
        break;
      default:
        return complaint(verdict, argv[optind - 1], known);
    }
  }
  if (arguments.help) return arguments;
  if (!arguments.import.empty())
    while (optind < argc) arguments.files.emplace_back(argv[optind++]);
  if (command.takes_file && optind < argc) arguments.files.emplace_back(argv[optind++]);
  while (arguments.words.size() < command.most_words && optind < argc)
    arguments.words.emplace_back(argv[optind++]);
  if (command.takes_user != TakesUser::no && optind < argc) arguments.user = argv[optind++];
  if (optind < argc) return usage_error("unexpected argument " + escape(argv[optind]));
  if (auto good = check_values(arguments, command); !good) return good.error();
  return arguments;
}

}  // namespace sms2fa
