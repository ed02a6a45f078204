// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/options.h"

#include <getopt.h>

#include <algorithm>

#include "lib/base/nearest.h"
#include "lib/base/text.h"

namespace sms2fa {

Result<Options> parse_options(int argc, char** argv) {
  static const option kOptions[] = {{"config", required_argument, nullptr, 'c'},
                                    {"auth-socket", required_argument, nullptr, 'a'},
                                    {"user-socket", required_argument, nullptr, 'u'},
                                    {"check", no_argument, nullptr, 'k'},
                                    {"help", no_argument, nullptr, 'h'},
                                    {nullptr, 0, nullptr, 0}};
  static constexpr std::string_view kNames[] = {"--config", "--auth-socket", "--user-socket",
                                                "--check", "--help"};
  Options options;
  opterr = 0;
  int chosen = 0;
  int at = optind;
  while ((chosen = getopt_long(argc, argv, ":", kOptions, nullptr)) != -1) {
    switch (chosen) {
      case 'c':
        options.configuration = optarg;
        break;
      case 'a':
        options.auth_socket = optarg;
        break;
      case 'u':
        options.user_socket = optarg;
        break;
      case 'k':
        options.check = true;
        break;
      case 'h':
        options.help = true;
        break;
      case ':':
        return make_error(ErrorKind::configuration, escape(argv[at]) + " needs a value");
      default: {
        std::string word = argv[at];
        word.resize(std::min(word.find('='), word.size()));
        if (word == "--socket")
          return make_error(ErrorKind::configuration,
                            "--socket is --auth-socket and --user-socket now");
        std::string message = "unknown option " + escape(word);
        const auto near = nearest(word, kNames);
        if (near) message += "; did you mean " + std::string(*near) + "?";
        return make_error(ErrorKind::configuration, message);
      }
    }
    at = optind;
  }
  if (optind < argc)
    return make_error(ErrorKind::configuration, "unexpected argument " + escape(argv[optind]));
  if (!options.auth_socket.starts_with('/') || !options.user_socket.starts_with('/'))
    return make_error(ErrorKind::configuration,
                      "--auth-socket and --user-socket need absolute paths");
  return options;
}

}  // namespace sms2fa
